import {mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {configurationDirectory} from '../source/configuration-directory.ts';
import {UserError} from '../source/errors.ts';
import {changeSetting, readSettings} from '../source/settings.ts';

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
	routerName: 'compartment-router',
	routerImage: '',
	networkPool: '10.213.0.0/16',
	networkPrefix: 26,
	retain: 5,
	drainSeconds: 30,
	minHealthyMs: 3000,
	stopGraceSeconds: 10,
	defaultOutput: 'text',
	backupDirectory: '',
	verifyScheduledBackups: false,
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
		['defaultOutput', 'yaml', 'one of text, json (it is "yaml")'],
		['retain', null, 'a whole number'],
		['keys', {follow: 'F'}, 'an object of lists of keys, such as {"follow": ["F", "ctrl-f"]} (it is {"follow":"F"})'],
		['keys', {follow: ['ff']}, 'an object of lists of keys'],
		['keys', [], 'an object of lists of keys'],
		['theme', {accent: 'pink'}, 'each one of default, black, red'],
		['theme', {border: 'red'}, 'an object with accent, success, warning, error, replace'],
	];

	it.each(refused)('refuses %s %j, naming file, key and what is allowed', async (key, value, text) => {
		const {env, path} = homeWith({[key]: value});
		const {message} = await errorOf(readSettings(env));
		expect(message).toContain(`${path}: ${key}: must be `);
		expect(message).toContain(text);
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

	it('refuses unknown keys and broken files', async () => {
		const unknown = homeWith({routerprt: 1});
		expect(await errorOf(readSettings(unknown.env))).toMatchObject({
			message: `${unknown.path}: there is no setting "routerprt"`,
			hint: expect.stringContaining('routerPort'),
		});
		expect((await errorOf(readSettings(homeWith('{"a":').env))).message).toMatch(/settings\.json is no valid JSON/);
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
		await changeSetting('defaultOutput', 'json', env);
		expect(await readSettings(env)).toEqual({...defaults, defaultOutput: 'json'});
		expect(statSync(home).mode & 0o777).toBe(0o700);
		await errorOf(changeSetting('routerPort', 70_000, env));
		await errorOf(changeSetting('networkPrefix', 16, env));
		expect(await readSettings(env)).toEqual({...defaults, defaultOutput: 'json'});
	});
});

describe('configurationDirectory', () => {
	it('is the own variable, else XDG, else the home folder', () => {
		expect(configurationDirectory({COMPARTMENT_CONFIG_HOME: '/own', XDG_CONFIG_HOME: '/xdg'})).toBe('/own');
		expect(configurationDirectory({XDG_CONFIG_HOME: '/xdg'})).toBe('/xdg/compartment');
		expect(configurationDirectory({XDG_CONFIG_HOME: 'relative'})).toMatch(/^\/.*\/\.config\/compartment$/);
	});
});
