import {lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {UserError} from '../source/errors.ts';
import {renderHint} from '../source/render-hint.ts';
import {changeSetting} from '../source/settings/change-setting.ts';
import {configurationDirectory} from '../source/settings/configuration-directory.ts';
import {readSettings} from '../source/settings/settings.ts';

function homeWith(content?: unknown) {
	const home = mkdtempSync(join(tmpdir(), 'compartment-settings-'));
	onTestFinished(() => rmSync(home, {recursive: true, force: true}));
	const path = join(home, 'settings.json');
	if (content !== undefined) writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
	return {env: {COMPARTMENT_CONFIG_HOME: home}, path};
}

const defaults = {
	baseDomain: 'localhost',
	routerListen: '127.0.0.1',
	routerPort: 9080,
	routerTlsPort: 9443,
	hstsSeconds: 0,
	acme: {email: '', directory: '', caFile: '', keyId: '', hmacKey: ''},
	routerName: 'compartment-router',
	routerImage: '',
	networkPool: '10.213.0.0/16',
	networkPrefix: 26,
	retain: 5,
	drainSeconds: 30,
	minHealthyMs: 3000,
	stopGraceSeconds: 10,
	backupDirectory: '',
	verifyScheduledBackups: false,
	backupStores: {},
	notify: [],
	buildCacheGB: 0,
	machines: {},
	commands: {},
	mouse: true,
	keys: {},
	theme: {accent: 'cyan', success: 'green', warning: 'yellow', error: 'red', replace: 'magenta'},
};

const errorOf = async (promise: Promise<unknown>): Promise<UserError> => {
	const error = await promise.then(
		() => undefined,
		(thrown: unknown) => thrown,
	);
	expect(error).toBeInstanceOf(UserError);
	return error as UserError;
};

describe('readSettings', () => {
	it('serves https on 443 when other machines reach the router, unless a port is set', async () => {
		const portOf = async (stored: object) => (await readSettings(homeWith(stored).env)).routerTlsPort;
		expect(await portOf({routerListen: '0.0.0.0'})).toBe(443);
		expect(await portOf({routerListen: '192.0.2.1', routerTlsPort: 8443})).toBe(8443);
		for (const routerListen of ['127.0.0.1', '127.0.0.2', '::1']) expect(await portOf({routerListen})).toBe(9443);
	});

	it('refuses the same port for http and https', async () => {
		const {message} = await errorOf(readSettings(homeWith({routerPort: 9443}).env));
		expect(message).toBe('routerPort and routerTlsPort are both 9443');
	});

	it('gives the defaults without a file', async () => {
		expect(await readSettings(homeWith().env)).toEqual(defaults);
		expect(await readSettings({COMPARTMENT_CONFIG_HOME: '/nowhere/at/all'})).toEqual(defaults);
		expect(await readSettings(homeWith('').env)).toEqual(defaults);
	});

	it('puts the file over the defaults, and environment variables over both', async () => {
		const {env} = homeWith({routerPort: 8000, retain: 2, baseDomain: 'apps.example.com'});
		expect(await readSettings(env)).toEqual({...defaults, routerPort: 8000, retain: 2, baseDomain: 'apps.example.com'});
		const overrides = {
			COMPARTMENT_ROUTER_PORT: '9999',
			COMPARTMENT_ROUTER_NAME: 'test-router',
			COMPARTMENT_BASE_DOMAIN: 'test.localhost',
			COMPARTMENT_NETWORK_POOL: '10.99.0.0/20',
		};
		expect(await readSettings({...env, ...overrides})).toEqual({
			...defaults,
			retain: 2,
			routerPort: 9999,
			routerName: 'test-router',
			baseDomain: 'test.localhost',
			networkPool: '10.99.0.0/20',
		});
	});

	const refused: readonly (readonly [string, unknown, string])[] = [
		['routerPort', 0, 'a whole number from 1 to 65535 (it is 0)'],
		['routerPort', '9080', 'a whole number from 1 to 65535 (it is "9080")'],
		['retain', 1.5, 'a whole number from 1 to 100 (it is 1.5)'],
		['baseDomain', 'Example.com', 'a domain name in lower case'],
		['baseDomain', 'a b', 'a domain name'],
		['baseDomain', '', 'a domain name'],
		['routerListen', 'localhost', 'an IP address'],
		['routerName', 'a b', 'a container name'],
		['networkPool', '10.213.0.1/16', 'written with its first address (it is "10.213.0.1/16")'],
		['networkPool', '10.213.0.0', 'an IPv4 block'],
		['networkPool', '10.0.0.0/30', 'from /8 to /28'],
		['networkPool', 'fd00::/16', 'an IPv4 block'],
		['networkPrefix', 16, 'longer than that of networkPool 10.213.0.0/16 (it is 16)'],
		['verifyScheduledBackups', 'yes', 'true or false (it is "yes")'],
		['retain', null, 'a whole number'],
		['keys', {follow: 'F'}, 'an object of lists of keys, such as {"follow": ["F", "ctrl-f"]} (it is {"follow":"F"})'],
		['keys', {follow: ['ff']}, 'an object of lists of keys'],
		['keys', [], 'an object of lists of keys'],
		['theme', {accent: 'pink'}, 'each one of default, black, red'],
		['theme', {border: 'red'}, 'an object with accent, success, warning, error, replace'],
	];

	it.each(refused)('refuses %s %j, naming file, line, key and what is allowed', async (key, value, text) => {
		const {env, path} = homeWith(JSON.stringify({keys: {}, [key]: value}, undefined, 2));
		const {message} = await errorOf(readSettings(env));
		const line = key === 'keys' ? 2 : 3;
		expect(message).toContain(`${path}:${line}:3 ${key}: must be `);
		expect(message).toContain(text);
	});

	it('says how to return to a valid file', async () => {
		const hintsOf = async (content: unknown) =>
			renderHint((await errorOf(readSettings(homeWith(content).env))).hint!, {environment: 'production'});
		expect(await hintsOf({retain: 0})).toContain('compartment settings unset retain');
		expect(await hintsOf({routerprt: 1})).toContain('compartment settings unset routerprt');
		expect(await hintsOf({networkPool: '10.0.0.0/26'})).toContain('compartment settings set networkPrefix 29');
	});

	it('names the pool, or its variable, when the networks do not fit into it', async () => {
		const {env, path} = homeWith({networkPool: '10.0.0.0/26'});
		const fault = 'networkPrefix: must be longer than that of networkPool 10.0.0.0/26 (it is 26)';
		expect((await errorOf(readSettings(env))).message).toBe(`${path}:1:2 ${fault}`);
		const variable = {...homeWith().env, COMPARTMENT_NETWORK_POOL: '10.0.0.0/26'};
		expect((await errorOf(readSettings(variable))).message).toBe(`COMPARTMENT_NETWORK_POOL: ${fault}`);
	});

	it('takes keys, and colours over the theme', async () => {
		const keys = {follow: ['F', 'ctrl-f', 'pageup'], restart: []};
		const {env} = homeWith({keys, theme: {accent: 'bright-blue', error: 'default'}});
		expect(await readSettings(env)).toEqual({
			...defaults,
			keys,
			theme: {...defaults.theme, accent: 'bright-blue', error: 'default'},
		});
	});

	const broken: readonly (readonly [text: string, place: string, cause: string])[] = [
		['{"a":', '1:6', 'Unexpected end of JSON input'],
		['{\n\t"retain": 5,\n}', '3:1', 'Expected double-quoted property name'],
		['{\n\t"retain": 5\n\t"keys": {}\n}', '3:2', "Expected ',' or '}' after property value"],
		['routerPort: 9081', '1:1', "Unexpected token 'r'"],
		['{"retain": 05}', '1:13', 'Unexpected number'],
		['{"theme": {"accent": "blue}}', '1:22', 'Unterminated string'],
	];

	it('refuses unknown keys and broken files', async () => {
		const unknown = homeWith({retain: 1, routerprt: 1});
		expect((await errorOf(readSettings(unknown.env))).message).toBe(
			`${unknown.path}:1:13: there is no setting "routerprt", did you mean "routerPort"?`,
		);
		for (const [text, place, cause] of broken) {
			const {env, path} = homeWith(text);
			expect((await errorOf(readSettings(env))).message).toMatch(`${path}:${place}: not valid JSON: ${cause}`);
		}
		expect((await errorOf(readSettings(homeWith('[]').env))).message).toMatch(/must hold a JSON object/);
		const folder = homeWith();
		mkdirSync(folder.path);
		expect((await errorOf(readSettings(folder.env))).message).toMatch(/Cannot read the settings/);
	});

	it('names the environment variable that is wrong', async () => {
		const {env} = homeWith();
		const {message} = await errorOf(readSettings({...env, COMPARTMENT_ROUTER_PORT: '80x'}));
		expect(message).toBe('COMPARTMENT_ROUTER_PORT: must be a whole number from 1 to 65535 (it is "80x")');
	});
});

describe('changeSetting', () => {
	it('stores one setting for this user alone, and keeps the others', async () => {
		const {env, path} = homeWith({retain: 2});
		await changeSetting('routerPort', 8000, env);
		expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({retain: 2, routerPort: 8000});
		expect(await readSettings(env)).toEqual({...defaults, retain: 2, routerPort: 8000});
		expect(statSync(path).mode & 0o777).toBe(0o600);
	});

	it('makes the folder on first need, and refuses what reading would refuse', async () => {
		const home = join(homeWith().env.COMPARTMENT_CONFIG_HOME, 'new');
		const env = {COMPARTMENT_CONFIG_HOME: home};
		await changeSetting('retain', 2, env);
		expect(await readSettings(env)).toEqual({...defaults, retain: 2});
		expect(statSync(home).mode & 0o777).toBe(0o700);
		await errorOf(changeSetting('routerPort', 70_000, env));
		await errorOf(changeSetting('networkPrefix', 16, env));
		await errorOf(changeSetting('routerprt', 9081, env));
		expect(await readSettings(env)).toEqual({...defaults, retain: 2});
	});

	it('keeps the file private that was readable for others, and a link to it', async () => {
		const {env, path} = homeWith();
		const elsewhere = join(homeWith().env.COMPARTMENT_CONFIG_HOME, 'dotfiles.json');
		writeFileSync(elsewhere, '{}', {mode: 0o644});
		symlinkSync(elsewhere, path);
		await changeSetting('retain', 2, env);
		expect(JSON.parse(readFileSync(elsewhere, 'utf8'))).toEqual({retain: 2});
		expect(lstatSync(path).isSymbolicLink()).toBe(true);
		expect(statSync(path).mode & 0o777).toBe(0o600);
	});

	it('starts from an empty file', async () => {
		const {env} = homeWith('\n');
		await changeSetting('retain', 2, env);
		expect(await readSettings(env)).toEqual({...defaults, retain: 2});
	});

	it('repairs a file one setting at a time', async () => {
		const {env, path} = homeWith({routerprt: 1, networkPool: 'x', networkPrefix: 'y', retain: 0});
		for (const name of ['networkPool', 'networkPrefix', 'routerprt']) await changeSetting(name, undefined, env);
		await changeSetting('retain', 7, env);
		expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({retain: 7});
		expect(await readSettings(env)).toEqual({...defaults, retain: 7});
	});

	it('changes nothing in a file that is not JSON', async () => {
		const {env, path} = homeWith('{"retain": 5');
		expect(await errorOf(changeSetting('retain', 2, env))).toMatchObject({
			message: expect.stringContaining(`${path}:1:13: not valid JSON`),
			hint: expect.stringContaining('Correct the file'),
		});
		expect(readFileSync(path, 'utf8')).toBe('{"retain": 5');
	});
});

describe('configurationDirectory', () => {
	it('is the own variable, else XDG, else the home folder', () => {
		expect(configurationDirectory({COMPARTMENT_CONFIG_HOME: '/own', XDG_CONFIG_HOME: '/xdg'})).toBe('/own');
		expect(configurationDirectory({XDG_CONFIG_HOME: '/xdg'})).toBe('/xdg/compartment');
		expect(configurationDirectory({XDG_CONFIG_HOME: 'relative'})).toMatch(/^\/.*\/\.config\/compartment$/);
	});
});
