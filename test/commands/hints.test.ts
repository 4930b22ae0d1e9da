import {mkdirSync, mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, describe, expect, it, vi} from 'vitest';
import {commandNames, environmentScopeOf, isCommandName} from '../../source/command-names.ts';
import {again, command, hint, joinHints, partsOf} from '../../source/hint.ts';
import {reachWith, renderHint} from '../../source/render-hint.ts';
import {beginInvocation, here, hintText} from '../../source/workspace/invocation.ts';
import {situations} from '../plan/situations.ts';
import {planOf} from '../plan/world.ts';
import {callsOf, parseSources, textOf} from '../source-code.ts';
import {commandsIn, environmentOf, parseCommandLine, program, shellWords} from './command-line.ts';

const sources = parseSources();

/** A word that every argument and every flag takes: a name, a serial, an address. */
const anything = '1';

/** Every command that a hint of the program names, with a word for what is only known when it runs. */
const named = sources.flatMap(source =>
	callsOf('command', 'hint.ts', source).map(([name, ...words]) => ({
		path: source.path,
		name: textOf(name, anything),
		words: words.flatMap(word => (word.type === 'SpreadElement' ? [] : [textOf(word, anything) ?? anything])),
	})),
);

describe('the list of command names', () => {
	it('is that of the program', () => {
		expect([...commandNames].sort()).toEqual(
			commandsIn(program())
				.map(({name}) => name)
				.sort(),
		);
	});

	it.each(commandsIn(program()))('has the environment scope of $name', ({name, command: own}) => {
		const hasFlag = own.options.some(({long}) => long === '--env');
		const scope = isCommandName(name) ? environmentScopeOf(name) : undefined;
		expect(hasFlag).toBe(scope === 'flag');
	});
});

describe('a hint in the source', () => {
	it('is found more than 70 times, always with a known command', () => {
		expect(named.length).toBeGreaterThan(70);
		expect(named.filter(({name}) => name === undefined)).toEqual([]);
	});

	it.each(named)(
		'$name $words ($path) can be pasted, and acts on the environment of its message',
		async ({name, words}) => {
			if (!isCommandName(name!)) throw new Error(`there is no command ${name}`);
			for (const environment of ['staging', 'production', "it's $HOME"]) {
				const line = renderHint(command(name, ...words), {environment});
				const [first, ...rest] = shellWords(line);
				expect(first).toBe('compartment');
				const parsed = await parseCommandLine(rest);
				expect(parsed.name).toBe(name);
				const isNamed = words.includes('--env') || words.includes('--to') || environmentScopeOf(name) !== 'flag';
				if (!isNamed || name === 'rollback') expect(environmentOf(parsed)).toBe(environment);
			}
		},
	);

	it('adds only existing flags to the given command', () => {
		const flags = new Set(commandsIn(program()).flatMap(({command: own}) => own.options.map(({long}) => long)));
		const added = sources
			.flatMap(source => callsOf('again', 'hint.ts', source))
			.flatMap(words => words.map(word => textOf(word, anything)));
		expect(added.length).toBeGreaterThan(5);
		// A flag's value is no flag.
		expect(added.filter(word => word === undefined || (!flags.has(word) && !/^\d+s$/.test(word)))).toEqual([]);
	});

	it('is written as data: no text names a command by hand', () => {
		// What names no environment on purpose: help, which explains the command itself, a message that scripts may
		// match, and the names of files.
		const exceptions = [/^source\/commands\/(?:program|definitions\/)/, /^source\/render-hint\.ts$/];
		const messages = [
			/Run compartment resource delete before removing it from YAML\.$/,
			// The title of a plan, the salt of a key, and what another process does.
			/^compartment plan$/,
			/^compartment ‹›$/,
			/^`compartment ‹›` of /,
		];
		const verbs = [...new Set(commandNames.map(name => name.split(' ')[0]))].join('|');
		const byHand = new RegExp(`\\bcompartment +(?:${verbs}|‹›)(?![\\w-])`);
		const found = sources
			.filter(({path}) => !exceptions.some(exception => exception.test(path)))
			.flatMap(({path, nodes}) =>
				nodes.flatMap(node => {
					const text = node.type === 'JSXText' ? String(node['value']) : textOf(node, '‹›');
					if (text === undefined || !byHand.test(text) || messages.some(message => message.test(text))) return [];
					return [`${path}: ${text}`];
				}),
			);
		expect(found).toEqual([]);
	});
});

describe('the command that unblocks a plan', () => {
	it.each(Object.entries(situations))('can be pasted after: %s', async (_, world) => {
		const plan = planOf(world);
		const ways = plan.actions.flatMap(({unblock}) => (unblock === undefined ? [] : partsOf(unblock)));
		for (const part of ways) {
			if (typeof part === 'string') continue;
			const [, ...words] = shellWords(renderHint(part, {environment: 'staging'}));
			const parsed = await parseCommandLine(words);
			const isElsewhere =
				'words' in part && (part.words.includes('--env') || environmentScopeOf(part.command) === 'none');
			if (!isElsewhere) expect(environmentOf(parsed)).toBe('staging');
		}
	});
});

describe('a hint', () => {
	const staging = {environment: 'staging'};

	it.each([
		[command('apply'), 'compartment apply --env staging'],
		[command('apply', '--env', 'preview'), 'compartment apply --env preview'],
		[command('doctor'), 'compartment doctor'],
		[command('environment delete', 'preview'), 'compartment environment delete preview'],
		[command('exec', 'web', '--', 'sh'), 'compartment exec web --env staging -- sh'],
		[command('variable run', '--', 'npm', 'test'), 'compartment variable run --env staging -- npm test'],
		[command('promote', '--from', 'a', '--to', 'b'), 'compartment promote --from a --to b'],
		[command('variable set', 'KEY', "it's"), "compartment variable set KEY 'it'\\''s' --env staging"],
		[
			hint`put it back, or ${command('stop')}: then ${hint`x ${command('start')}`}`,
			'put it back, or compartment stop --env staging: then x compartment start --env staging',
		],
		[joinHints(['wait', command('status')]), 'wait, or compartment status --env staging'],
		['prose', 'prose'],
	])('%j is rendered as %s', (shown, text) => {
		expect(renderHint(shown, staging)).toBe(text);
	});

	it("omits an environment that is its command's default", () => {
		expect(renderHint(command('apply'), {environment: 'production'})).toBe('compartment apply');
		expect(renderHint(command('variable run', '--', 'x'), {environment: 'production'})).toBe(
			'compartment variable run --env production -- x',
		);
		expect(renderHint(command('variable run', '--', 'x'), {environment: 'development'})).toBe(
			'compartment variable run -- x',
		);
		expect(renderHint(command('variable list'), {environment: 'development'})).toBe(
			'compartment variable list --env development',
		);
	});

	it('writes invisible characters as bytes, so that the pasted word is the same', async () => {
		for (const environment of ['a\u200bb', 'a\x1b[2Jb', "a'\\\u202eb", 'ü\u2028']) {
			const line = renderHint(command('stop'), {environment});
			expect(line).toMatch(/^[\x20-\x7e]+$/);
			expect(environmentOf(await parseCommandLine(shellWords(line).slice(1)))).toBe(environment);
		}
	});
});

describe('the same command again', () => {
	it.each([
		['stop --env staging', '--auto-approve'],
		['environment delete staging', '--auto-approve'],
		['rollback --env staging --service web --to dpl_1', '--auto-approve'],
		['promote --from preview --to staging --service web', '--auto-approve'],
		['apply --env staging --service web --rebuild', '--auto-approve'],
		['destroy --env staging --delete-data', '--auto-approve'],
		['state restore 4 --env staging', '--auto-approve'],
		['resource backup restore --env staging --resource db --backup rbak_1', '--yes'],
		['resource delete --env staging --resource db --delete-data', '--yes'],
		['variable run --env staging --service api -- node task.js --env x', '--allow-production'],
	])('%s keeps all given words', async (line, added) => {
		const given = line.split(' ');
		const before = await parseCommandLine(given);
		const text = renderHint(again(added), {environment: 'staging', given});
		const after = await parseCommandLine(shellWords(text).slice(1));
		const key = added.slice(2).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
		expect(after).toEqual({...before, options: {...before.options, [key]: true}});
		expect(environmentOf(after)).toBe('staging');
	});

	it('is described in words where the command line may hold a secret', () => {
		expect(renderHint(again('--yes'), {environment: 'staging'})).toBe('the same command with --yes');
	});
});

describe('the reach of a command line', () => {
	const {cwd} = process;
	const {DOCKER_HOST, DOCKER_CONTEXT} = process.env;
	afterEach(() => {
		process.chdir(folder);
		reachWith({});
		vi.unstubAllEnvs();
	});
	const folder = cwd();

	const begin = async (line: string) => {
		const given = line.split(' ');
		const root = program();
		for (const {command: own} of commandsIn(root)) own.exitOverride().action(() => undefined);
		root.hook('preAction', (_, action) => beginInvocation(action, given));
		await root.parseAsync(given, {from: 'user'});
	};

	it('is in every hint: project, engine and environment', async () => {
		vi.stubEnv('DOCKER_HOST', DOCKER_HOST ?? '');
		vi.stubEnv('DOCKER_CONTEXT', DOCKER_CONTEXT ?? '');
		await begin(`stop --env staging --project ${import.meta.dirname} --remote tcp://10.0.0.5:2376`);
		expect(process.cwd()).toBe(import.meta.dirname);
		expect(process.env['DOCKER_HOST']).toBe('tcp://10.0.0.5:2376');
		const reach = `--project ${import.meta.dirname} --remote tcp://10.0.0.5:2376`;
		expect(hintText(command('start'))).toBe(`compartment start --env staging ${reach}`);
		expect(hintText(command('validate'))).toBe('compartment validate');
		expect(hintText(again('--auto-approve'))).toBe(`compartment stop --env staging ${reach} --auto-approve`);
	});

	it('lists the known engines when one is unknown', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'contexts-'));
		vi.stubEnv('DOCKER_CONFIG', folder);
		mkdirSync(join(folder, 'contexts/meta/a'), {recursive: true});
		writeFileSync(join(folder, 'contexts/meta/a/meta.json'), JSON.stringify({Name: 'office'}));
		const error = await begin('status --remote web1').catch((thrown: unknown) => thrown);
		expect(error).toMatchObject({message: 'no engine is named web1', hint: expect.stringContaining('default, office')});
	});

	it.each([
		['destroy --env staging', 'staging'],
		['promote --from staging --to preview', 'preview'],
		['environment delete staging', 'staging'],
		['environment show staging', 'staging'],
		['variable run -- true', 'development'],
		['status', 'production'],
	])('%s acts on %s', async (line, environment) => {
		await begin(line);
		expect(here().environment).toBe(environment);
	});
});
