import {existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {hintOf, messageOf} from '../../source/errors.ts';
import {renderHint} from '../../source/render-hint.ts';
import {settingKeys, settingRules, variablesOf} from '../../source/settings/setting-table.ts';
import {program} from './command-line.ts';

let home: string;
let path: string;
let printed: {stdout: string; stderr: string};

beforeEach(() => {
	home = mkdtempSync(join(tmpdir(), 'compartment-settings-command-'));
	path = join(home, 'compartment', 'settings.json');
	vi.stubEnv('XDG_CONFIG_HOME', home);
	vi.stubEnv('COMPARTMENT_CONFIG_HOME', '');
	vi.stubEnv('LC_ALL', 'C.UTF-8');
	vi.stubEnv('TERM', 'xterm');
	vi.stubEnv('NO_COLOR', '1');
	for (const key of settingKeys) for (const name of variablesOf(settingRules[key])) vi.stubEnv(name, '');
	printed = {stdout: '', stderr: ''};
	for (const stream of ['stdout', 'stderr'] as const)
		vi.spyOn(process[stream], 'write').mockImplementation(text => {
			printed[stream] += String(text);
			return true;
		});
});

afterEach(() => {
	vi.restoreAllMocks();
	vi.unstubAllEnvs();
	rmSync(home, {recursive: true, force: true});
});

/** Runs `compartment settings …` and returns what it printed to standard output. */
async function run(...words: readonly string[]): Promise<string> {
	printed.stdout = '';
	await program().parseAsync(['settings', ...words], {from: 'user'});
	return printed.stdout;
}

/** The message and the hint of a command that fails. */
async function failureOf(...words: readonly string[]): Promise<string> {
	const error: unknown = await run(...words).then(
		() => expect.fail('it did not fail'),
		(thrown: unknown) => thrown,
	);
	const hint = hintOf(error);
	return `${messageOf(error)}\n${hint === undefined ? '' : renderHint(hint, {environment: 'production'})}`;
}

async function store(content: unknown): Promise<void> {
	await run('set', 'retain', '5');
	writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, undefined, 2));
}

const stored = (): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** The columns of one row of the table. */
const rowOf = (table: string, name: string): string[] | undefined =>
	table
		.split('\n')
		.map(line => line.split(/ {2,}/))
		.find(([first]) => first === name);

describe('settings list', () => {
	it('shows every setting with its value and its source', async () => {
		await run('set', 'retain', '7');
		await run('set', 'theme.error', 'bright-red');
		vi.stubEnv('COMPARTMENT_ROUTER_PORT', '9081');
		const table = await run('list');
		expect(table).toContain(`Settings file: ${path}\n`);
		expect(rowOf(table, 'SETTING')).toEqual(['SETTING', 'VALUE', 'SOURCE', 'DESCRIPTION']);
		expect(rowOf(table, 'retain')?.slice(1, 3)).toEqual(['7', 'settings file']);
		expect(rowOf(table, 'routerPort')?.slice(1, 3)).toEqual(['9081', 'COMPARTMENT_ROUTER_PORT']);
		expect(rowOf(table, 'routerImage')?.slice(1, 3)).toEqual(['""', 'default']);
		expect(rowOf(table, 'keys')?.slice(1, 3)).toEqual(['{}', 'default']);
		expect(rowOf(table, 'theme.error')?.slice(1, 3)).toEqual(['bright-red', 'settings file']);
		expect(rowOf(table, 'theme.accent')?.slice(1, 3)).toEqual(['cyan', 'default']);
		const rowNames = {acme: 'acme.email', theme: 'theme.replace'};
		for (const name of Object.values({...Object.fromEntries(settingKeys.map(key => [key, key])), ...rowNames}))
			expect(rowOf(table, name)).toHaveLength(4);
	});

	it('has a row for each action whose keys are changed', async () => {
		await store({keys: {follow: ['F', 'ctrl-f'], quit: []}});
		const table = await run('list');
		expect(rowOf(table, 'keys.follow')?.slice(1, 3)).toEqual(['F ctrl-f', 'settings file']);
		expect(rowOf(table, 'keys.quit')?.slice(1, 3)).toEqual(['none', 'settings file']);
		expect(rowOf(table, 'keys')).toBeUndefined();
	});

	it('is an object as JSON', async () => {
		await run('set', 'retain', '7');
		const {file, settings} = JSON.parse(await run('list', '--json'));
		expect(file).toBe(path);
		expect(Object.keys(settings)).toEqual(settingKeys);
		expect(settings.retain).toEqual({
			value: 7,
			source: 'file',
			default: 5,
			variable: null,
			description: expect.stringContaining('rollback'),
		});
		expect(settings.routerPort).toMatchObject({value: 9080, source: 'default', variable: 'COMPARTMENT_ROUTER_PORT'});
		expect(settings.theme.value).toMatchObject({accent: 'cyan', replace: 'magenta'});
	});

	it('makes no file', async () => {
		await run('list');
		expect(existsSync(join(home, 'compartment'))).toBe(false);
	});

	it('names file, line and way out of what is invalid', async () => {
		await store({routerPort: 9081, retain: 0});
		expect(await failureOf('list')).toBe(
			`${path}:3:3 retain: must be a whole number from 1 to 100 (it is 0)\n` +
				'Return to the default: compartment settings unset retain',
		);
		vi.stubEnv('COMPARTMENT_ROUTER_PORT', '80x');
		expect(await failureOf('list')).toContain('COMPARTMENT_ROUTER_PORT: must be a whole number from 1 to 65535');
	});
});

describe('settings get', () => {
	it.each([
		['routerPort', '9080\n', 9080],
		['baseDomain', 'localhost\n', 'localhost'],
		['routerImage', '\n', ''],
		['verifyScheduledBackups', 'false\n', false],
		['theme.accent', 'cyan\n', 'cyan'],
		['keys.open', 'enter right tab\n', ['enter', 'right', 'tab']],
		['keys', '{}\n', {}],
	])('%s prints %j alone', async (name, text, value) => {
		expect(await run('get', name)).toBe(text);
		expect(JSON.parse(await run('get', name, '--json'))).toEqual(value);
	});

	it('prints the value that applies', async () => {
		await store({retain: 7, routerPort: 8000, keys: {follow: ['F', 'ctrl-f']}});
		vi.stubEnv('COMPARTMENT_ROUTER_PORT', '9081');
		expect(await run('get', 'retain')).toBe('7\n');
		expect(await run('get', 'routerPort')).toBe('9081\n');
		expect(await run('get', 'keys.follow')).toBe('F ctrl-f\n');
	});

	it.each([
		['rooterPort', 'there is no setting "rooterPort", did you mean "routerPort"?\ncompartment settings list'],
		['theme.acent', 'there is no setting "theme.acent", did you mean "theme.accent"?\ncompartment settings list'],
		['routerPort.x', 'there is no setting "routerPort.x"'],
		['__proto__', 'there is no setting "__proto__"\n'],
		['theme.__proto__', 'there is no setting "theme.__proto__"'],
		['keys.folow', 'there is no setting "keys.folow", did you mean "keys.follow"?\nActions that have keys: '],
	])('%s is refused with the nearest name', async (name, message) => {
		expect(await failureOf('get', name)).toContain(message);
		expect(await failureOf('set', name, '1')).toContain(message);
		expect(await failureOf('unset', name)).toContain(message);
	});
});

describe('settings set', () => {
	it('writes a file for this user alone, and prints the previous and the new value', async () => {
		expect(await run('set', 'routerPort', '9081')).toBe('routerPort: 9080 → 9081\n');
		expect(await run('set', 'routerPort', '9082')).toBe('routerPort: 9081 → 9082\n');
		expect(await run('set', 'backupDirectory', '/srv/backups')).toBe('backupDirectory: "" → /srv/backups\n');
		expect(stored()).toEqual({routerPort: 9082, backupDirectory: '/srv/backups'});
		expect(statSync(path).mode & 0o777).toBe(0o600);
		expect(JSON.parse(await run('set', 'retain', '7', '--json'))).toEqual({name: 'retain', previous: 5, value: 7});
		expect(printed.stderr).toBe('');
	});

	it('changes one colour and the keys of one action', async () => {
		expect(await run('set', 'theme.accent', 'bright-blue')).toBe('theme.accent: cyan → bright-blue\n');
		expect(await run('set', 'keys.follow', 'F', 'ctrl-f')).toBe('keys.follow: f → F ctrl-f\n');
		expect(await run('set', 'keys.quit', 'none')).toBe('keys.quit: q → none\n');
		expect(stored()).toEqual({theme: {accent: 'bright-blue'}, keys: {follow: ['F', 'ctrl-f'], quit: []}});
		expect(await run('set', 'keys', '{"wrap": ["W"]}')).toContain('→ {"wrap":["W"]}');
		expect(stored()).toEqual({theme: {accent: 'bright-blue'}, keys: {wrap: ['W']}});
	});

	it.each([
		[['routerPort', '70000'], 'routerPort: must be a whole number from 1 to 65535 (it is "70000")\n'],
		[['routerPort', '80', '81'], 'routerPort: must be a whole number from 1 to 65535 (it is "80 81")'],
		[['verifyScheduledBackups', 'yes'], 'verifyScheduledBackups: must be true or false (it is "yes")'],
		[['backupDirectory', 'backups'], 'backupDirectory: must be an absolute path (it is "backups")'],
		[['theme.accent', 'pink'], 'theme.accent: must be one of default, black, red'],
		[['theme', 'pink'], 'theme: must be an object with accent, success'],
		[['keys.follow', 'ff'], 'keys.follow: must be keys such as F, ctrl-f or pageup, with spaces between them, or none'],
		[['keys.follow', 'w'], '"w" is bound to both follow and wrap'],
		[['keys', '{"folow": ["F"]}'], 'keys.folow: unknown action'],
		[['networkPrefix', '16'], 'networkPrefix: must be longer than that of networkPool 10.213.0.0/16 (it is 16)'],
	])('%j is refused, and nothing is written', async (words, message) => {
		expect(await failureOf('set', ...words)).toContain(message);
		expect(existsSync(path)).toBe(false);
	});

	it('warns when a variable overrides the file', async () => {
		vi.stubEnv('COMPARTMENT_ROUTER_PORT', '9081');
		expect(await run('set', 'routerPort', '8000')).toBe('routerPort: 9080 → 8000\n');
		expect(printed.stderr).toContain('COMPARTMENT_ROUTER_PORT=9081 overrides the settings file.');
	});

	it('repairs an invalid value, and warns about what is left', async () => {
		await store({retain: 0, routerprt: 9081, theme: 'dark'});
		expect(await run('set', 'retain', '7')).toBe('retain: 0 → 7\n');
		expect(printed.stderr).toContain(`${path}:3:2: there is no setting "routerprt", did you mean "routerPort"?`);
		expect(printed.stderr).toContain('compartment settings unset routerprt');
		expect(await run('set', 'theme.accent', 'blue')).toBe('theme.accent: cyan → blue\n');
		printed.stderr = '';
		expect(await run('unset', 'routerprt')).toBe('routerprt: removed 9081\n');
		expect(printed.stderr).toBe('');
		expect(stored()).toEqual({retain: 7, theme: {accent: 'blue'}});
	});

	it('leaves a file alone that is not JSON, and says how to go on', async () => {
		await store('{"retain": 5,}');
		for (const words of [
			['set', 'retain', '7'],
			['unset', 'retain'],
		])
			expect(await failureOf(...words)).toMatch(/:1:14: not valid JSON: .*\nCorrect the file, or remove it/);
		expect(readFileSync(path, 'utf8')).toBe('{"retain": 5,}');
	});
});

describe('settings unset', () => {
	it('returns to the default', async () => {
		await store({retain: 7, theme: {accent: 'blue', error: 'magenta'}, keys: {folow: ['F']}});
		expect(await run('unset', 'retain')).toBe('retain: 7 → 5\n');
		expect(await run('unset', 'theme.accent')).toBe('theme.accent: blue → cyan\n');
		expect(stored()).toEqual({theme: {error: 'magenta'}, keys: {folow: ['F']}});
		expect(await run('unset', 'keys.folow')).toBe('keys.folow: removed F\n');
		expect(JSON.parse(await run('unset', 'theme.error', '--json'))).toEqual({
			name: 'theme.error',
			previous: 'magenta',
			value: 'red',
		});
		expect(stored()).toEqual({});
	});

	it('says so when there is nothing to return from', async () => {
		expect(await run('unset', 'retain')).toBe('retain is not in the settings file; the default is 5\n');
		expect(JSON.parse(await run('unset', 'retain', '--json'))).toEqual({name: 'retain', previous: 5, value: 5});
		expect(existsSync(path)).toBe(false);
	});
});

describe('a setting with secrets', () => {
	const target = {url: 'https://ops.example.com/hook/token-4711', secret: 'sixteen-characters', events: ['disk-low']};

	/** Runs `settings set notify -` with this on standard input. */
	function pass(value: unknown): void {
		const text = typeof value === 'string' ? value : JSON.stringify(value);
		const input = Readable.from([Buffer.from(text)]);
		vi.spyOn(process, 'stdin', 'get').mockReturnValue(input as typeof process.stdin);
	}

	it('is read from standard input, and no command shows the secret or the path of the URL', async () => {
		pass([target]);
		const shown = [await run('set', 'notify', '-')];
		expect(stored()).toEqual({notify: [target]});
		expect(shown[0]).toBe(
			'notify: none → [{"url":"https://ops.example.com/…","events":["disk-low"],"secret":"(hidden)"}]\n',
		);
		for (const words of [['list'], ['list', '--json'], ['get', 'notify'], ['get', 'notify', '--json']])
			shown.push(await run(...words));
		pass([]);
		shown.push(await run('set', 'notify', '-', '--json'));
		writeFileSync(path, JSON.stringify({notify: [target]}));
		shown.push(await run('unset', 'notify'));
		for (const text of shown) expect(text).toContain('https://ops');
		expect(shown.join('')).not.toMatch(/token-4711|sixteen/);
	});

	it('is refused on the command line, where other users could read it', async () => {
		expect(await failureOf('set', 'notify', JSON.stringify([target]))).toBe(
			'notify holds secrets, and other users of this machine could read a command line.\n' +
				'Put the value in a file, and pass it on standard input: compartment settings set notify - < FILE',
		);
		expect(existsSync(path)).toBe(false);
	});

	it.each([
		['[', 'must be a list such as [{"url": '],
		[{}, 'must be a list such as [{"url": '],
		[['token-4711'], 'entry 1 must be an object with a url'],
		[
			[target, {...target, token: 'token-4711'}],
			'entry 2 has an unknown field; it can have url, format, events, secret',
		],
		[[{...target, url: 'token-4711'}], 'url of entry 1 must be an http or https URL without a user name'],
		[[{...target, url: 'https://token-4711@ops.example.com'}], 'url of entry 1 must be an http or https URL'],
		[[{...target, url: 'file:///token-4711'}], 'url of entry 1 must be an http or https URL'],
		[[{...target, secret: 'token-4711'}], 'secret of entry 1 must be 16 to 200 characters of ASCII without spaces'],
		[[{url: target.url}], 'secret of entry 1 is missing'],
		[[{url: target.url, format: 'token-4711'}], 'format of entry 1 must be one of generic, slack'],
		[[{...target, events: ['token-4711']}], 'events of entry 1 must be a list of some of apply-done'],
		[[{...target, events: []}], 'events of entry 1 must be a list of some of apply-done'],
		[Array(21).fill(target), 'must have at most 20 targets (it has 21)'],
	])('%j is refused without quoting it, also in the file', async (value, message) => {
		pass(value);
		const failure = await failureOf('set', 'notify', '-');
		expect(failure).toContain(`notify: ${message}`);
		expect(failure).not.toMatch(/token-4711|sixteen-characters/);
		if (value === '[') return;
		await store({notify: value});
		expect(await failureOf('list')).toContain(`${path}:2:3 notify: ${message}`);
		expect(await run('unset', 'notify')).not.toMatch(/token-4711|sixteen-characters/);
	});

	it('of a Slack webhook needs no secret of its own', async () => {
		pass([{url: 'https://hooks.example.com/services/T/B/x', format: 'slack'}]);
		expect(await run('set', 'notify', '-')).toContain('"format":"slack"');
	});
});

it('the table in docs/settings.md has every setting with its default and its variable', () => {
	const section = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8');
	const rows = [...section.matchAll(/^\| `(\w+)` \|(.*?)\|(.*?)\|/gm)].map(([, name, value, variable]) => [
		name,
		value!.trim().replaceAll('`', ''),
		variable!.trim().replaceAll('`', ''),
	]);
	const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
	expect(rows).toEqual(
		settingKeys.map(key => {
			const rule = settingRules[key];
			return [key, key === 'theme' || key === 'acme' ? '' : text(rule.fallback), variablesOf(rule).join(', ')];
		}),
	);
});
