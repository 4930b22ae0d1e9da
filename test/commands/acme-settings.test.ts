import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {acmeOf} from '../../source/settings/acme.ts';
import {settingRules} from '../../source/settings/setting-table.ts';
import {readSettings} from '../../source/settings/settings.ts';
import {runLine} from './run-line.ts';

const hmacKey = 'zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W';
const directory = 'https://acme.example.com/directory';

/** Runs `compartment settings …` with settings and variables of its own. */
function home(stored: object = {}, variables: Readonly<Record<string, string>> = {}) {
	const folder = mkdtempSync(join(tmpdir(), 'compartment-acme-settings-'));
	onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
	const path = join(folder, 'settings.json');
	writeFileSync(path, JSON.stringify(stored));
	const env = {COMPARTMENT_CONFIG_HOME: folder, ...variables};
	return {
		path,
		env,
		stored: (): unknown => JSON.parse(readFileSync(path, 'utf8')),
		run: (words: readonly string[], stdin = '') => runLine(folder, stdin, ['settings', ...words], env),
	};
}

const acmeRows = (table: string) =>
	table
		.split('\n')
		.filter(line => line.startsWith('acme'))
		.map(line => line.split(/ {2,}/).slice(0, 3));

describe('acme', () => {
	it('is off until e-mail address and directory are set', async () => {
		const acmeWith = async (acme: object) => acmeOf(await readSettings(home({acme}).env));
		expect(await acmeWith({})).toBeUndefined();
		expect(await acmeWith({email: 'ops@example.com'})).toBeUndefined();
		expect(await acmeWith({directory})).toBeUndefined();
		expect(await acmeWith({email: 'ops@example.com', directory})).toEqual({
			email: 'ops@example.com',
			directory,
			caFile: '',
			keyId: '',
			hmacKey: '',
		});
	});

	it('is set part by part, and every part has a row', async () => {
		const {run, stored} = home();
		expect((await run(['set', 'acme.email', 'ops@example.com'])).stdout).toBe('acme.email: "" → ops@example.com\n');
		await run(['set', 'acme.directory', directory]);
		await run(['set', 'acme.caFile', '/etc/ssl/private-root.pem']);
		expect(stored()).toEqual({acme: {email: 'ops@example.com', directory, caFile: '/etc/ssl/private-root.pem'}});
		expect(acmeRows((await run(['list'])).stdout)).toEqual([
			['acme.email', 'ops@example.com', 'settings file'],
			['acme.directory', directory, 'settings file'],
			['acme.caFile', '/etc/ssl/private-root.pem', 'settings file'],
			['acme.keyId', '""', 'default'],
			['acme.hmacKey', '""', 'default'],
		]);
		expect((await run(['unset', 'acme.caFile'])).stdout).toBe('acme.caFile: /etc/ssl/private-root.pem → ""\n');
		expect((await run(['get', 'acme.directory'])).stdout).toBe(`${directory}\n`);
	});

	it('takes each part from its own variable, over the file', async () => {
		const {run, env} = home(
			{acme: {email: 'ops@example.com', directory, keyId: 'a', hmacKey}},
			{COMPARTMENT_ACME_EMAIL: 'ci@example.com', COMPARTMENT_ACME_CA: '/run/root.pem', COMPARTMENT_ACME_KEY_ID: ''},
		);
		const acme = {email: 'ci@example.com', directory, caFile: '/run/root.pem', keyId: 'a', hmacKey};
		expect((await readSettings(env)).acme).toEqual(acme);
		expect(acmeRows((await run(['list'])).stdout)).toEqual([
			['acme.email', 'ci@example.com', 'COMPARTMENT_ACME_EMAIL'],
			['acme.directory', directory, 'settings file'],
			['acme.caFile', '/run/root.pem', 'COMPARTMENT_ACME_CA'],
			['acme.keyId', 'a', 'settings file'],
			['acme.hmacKey', '(hidden)', 'settings file'],
		]);
		const {settings} = JSON.parse((await run(['list', '--json'])).stdout);
		expect(settings.acme).toMatchObject({
			value: {...acme, hmacKey: '(hidden)'},
			source: 'environment',
			variable: null,
			parts: {
				email: {source: 'environment', variable: 'COMPARTMENT_ACME_EMAIL'},
				directory: {source: 'file', variable: 'COMPARTMENT_ACME_DIRECTORY'},
			},
		});
		const {stderr} = await run(['set', 'acme.email', 'new@example.com']);
		expect(stderr).toBe('Warning: COMPARTMENT_ACME_EMAIL=ci@example.com overrides the settings file.\n');
		expect((await run(['set', 'acme.directory', `${directory}/2`])).stderr).toBe('');
	});

	it.each([
		['email', 'ops', 'must be an e-mail address (it is "ops")'],
		['email', 'o ps@example.com', 'must be an e-mail address'],
		['directory', 'http://acme.example.com', 'must be an https URL without a user name, such as https://'],
		['directory', 'https://me:pass@acme.example.com', 'must be an https URL without a user name'],
		['directory', 'staging', 'must be an https URL'],
		['caFile', 'root.pem', 'must be an absolute path'],
		['keyId', 'a b', 'must be 1 to 500 characters of ASCII without spaces'],
	])('%s %j is refused, on the command line, in a variable and in the file', async (part, value, message) => {
		const place = home();
		const {stderr, exitCode} = await place.run(['set', `acme.${part}`, value]);
		expect(stderr).toContain(`acme.${part}: ${message}`);
		expect(exitCode).toBe(1);
		expect(place.stored()).toEqual({});
		const name = settingRules.acme.partVariables[part]!;
		expect((await home({}, {[name]: value}).run(['list'])).stderr).toContain(`${name}: ${message}`);
		const ofFile = await home({acme: {[part]: value}}).run(['list']);
		expect(ofFile.stderr).toMatch(new RegExp(`settings\\.json:1:2 acme: ${part} must be `));
		expect(ofFile.stderr).not.toContain(value);
		expect(ofFile.stderr).toContain('compartment settings unset acme');
	});

	it.each([
		[{email: 'ops@example.com'}, 'acme.directory is not set', 'settings set acme.directory https://acme-v02.'],
		[{directory}, 'acme.email is not set', 'settings set acme.email ADDRESS'],
	])('%j alone is allowed, and settings list and doctor say what is missing', async (acme, message, hint) => {
		const {run, env, path} = home({acme});
		const {stderr, exitCode} = await run(['list']);
		expect(exitCode).toBe(0);
		expect(stderr).toContain(`Warning: No certificates are requested, because ${message}.`);
		expect(stderr).toContain(`compartment ${hint}`);
		const checked = await runLine(join(path, '..'), '', ['doctor'], {...env, DOCKER_HOST: 'unix:///nowhere'});
		expect(checked.stdout).toContain(`warning  acme        No certificates are requested, because ${message}.`);
		expect(checked.stdout).toContain(hint);
	});
});

describe("the key of an authority's account", () => {
	it('is read from standard input, and no command shows it', async () => {
		const {run, stored} = home();
		const shown = [await run(['set', 'acme.keyId', 'account-7'])];
		expect(shown[0]!.stderr).toContain('acme.keyId is set, but acme.hmacKey is not');
		expect(shown[0]!.stderr).toContain('compartment settings set acme.hmacKey - < FILE');
		shown.push(await run(['set', 'acme.hmacKey', '-'], `${hmacKey}\n`));
		expect(shown[1]).toMatchObject({stdout: 'acme.hmacKey: "" → (hidden)\n', stderr: '', exitCode: 0});
		expect(stored()).toEqual({acme: {keyId: 'account-7', hmacKey}});
		for (const words of [
			['list'],
			['list', '--json'],
			['get', 'acme'],
			['get', 'acme.hmacKey'],
			['get', 'acme', '--json'],
		])
			shown.push(await run(words));
		expect(shown[5]!.stdout).toBe('(hidden)\n');
		shown.push(await run(['set', 'acme.hmacKey', '-', '--json'], `${hmacKey}x`));
		shown.push(await run(['unset', 'acme.hmacKey']));
		shown.push(await run(['set', 'acme', '-'], JSON.stringify({keyId: 'account-8', hmacKey})));
		shown.push(await run(['unset', 'acme', '--json']));
		expect(shown.map(({stdout, stderr}) => stdout + stderr).join('')).not.toContain(hmacKey.slice(0, 12));
		expect(stored()).toEqual({});
	});

	it('is refused on the command line, where other users could read it', async () => {
		const {run, stored} = home();
		for (const words of [
			['acme.hmacKey', hmacKey],
			['acme', JSON.stringify({hmacKey})],
		]) {
			const {stderr, exitCode} = await run(['set', ...words]);
			expect(stderr).toContain(`${words[0]} holds secrets, and other users of this machine could read a command line.`);
			expect(stderr).not.toContain(hmacKey);
			expect(exitCode).toBe(1);
		}
		expect(stored()).toEqual({});
	});

	it('is not quoted when it is invalid, nor a part of another name', async () => {
		const invalid = `${hmacKey}/+`;
		const ran = [
			await home().run(['set', 'acme.hmacKey', '-'], invalid),
			await home({}, {COMPARTMENT_ACME_HMAC_KEY: invalid}).run(['list']),
			await home({acme: {keyId: 'a', hmacKey: invalid}}).run(['list']),
			await home({acme: {hmacKey: 4711}}).run(['unset', 'acme.hmacKey']),
		];
		for (const {stderr} of ran.slice(0, 3)) expect(stderr).toContain('must be 16 to 1000 characters of base64url');
		const {run} = home({acme: {hmackey: hmacKey}});
		ran.push(await run(['list']), await run(['unset', 'acme.hmackey']));
		expect(ran[4]!.stderr).toContain('acme: must be an object with email, directory, caFile, keyId, hmacKey');
		expect(ran[5]!.stdout).toBe('acme.hmackey: removed (hidden)\n');
		expect(ran.map(({stdout, stderr}) => stdout + stderr).join('')).not.toMatch(new RegExp(`${hmacKey}|4711`));
	});

	it('does not go without its identifier, and the message names the place', async () => {
		const inFile = await home({acme: {hmacKey}}).run(['list']);
		expect(inFile.stderr).toMatch(/settings\.json:1:2: acme\.hmacKey is set, but acme\.keyId is not/);
		expect(inFile.stderr).toContain('compartment settings set acme.keyId ID');
		const variable = await home({}, {COMPARTMENT_ACME_KEY_ID: 'a'}).run(['list']);
		expect(variable.stderr).toContain('COMPARTMENT_ACME_KEY_ID: acme.keyId is set, but acme.hmacKey is not');
		const both = await home({acme: {keyId: 'a'}}, {COMPARTMENT_ACME_HMAC_KEY: hmacKey}).run(
			['set', 'acme.hmacKey', '-'],
			hmacKey,
		);
		expect(both.stderr).toBe('Warning: COMPARTMENT_ACME_HMAC_KEY overrides the settings file.\n');
	});
});
