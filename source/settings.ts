import {mkdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {configurationDirectory} from './configuration-directory.ts';
import {messageOf, UserError} from './errors.ts';
import {
	absolutePath,
	allowed,
	coloursOf,
	hostName,
	imageReference,
	ipAddress,
	keyLists,
	number,
	oneOf,
	onOrOff,
	poolOf,
	type Rule,
	rule,
} from './setting-rules.ts';

/** What a user may set once for every project, in `settings.json` of the configuration folder. */
export type Settings = {
	/** Domain below which services get their hosts. */
	readonly baseDomain: string;
	/** Address of this machine that the router listens on. */
	readonly routerListen: string;
	readonly routerPort: number;
	/** Name of the router's container: one per engine. */
	readonly routerName: string;
	/** Image of the router; empty: the one that this release is made for. */
	readonly routerImage: string;
	/** IPv4 block that the environments' networks are taken from. */
	readonly networkPool: string;
	/** Prefix length of one network in the pool. */
	readonly networkPrefix: number;
	/** Deployments kept per service for a rollback. */
	readonly retain: number;
	/** How long the former deployment may finish its requests. */
	readonly drainSeconds: number;
	/** How long a candidate stays ready before it counts. */
	readonly minHealthyMs: number;
	/** How long a container may take to stop before it is killed. */
	readonly stopGraceSeconds: number;
	readonly defaultOutput: 'text' | 'json';
	/** Folder of all backups; empty: beside each environment's state. */
	readonly backupDirectory: string;
	/** Whether every scheduled backup is restored into a throw-away container. */
	readonly verifyScheduledBackups: boolean;
	/** What a screen's action is called → the keys that do it; an empty list takes its keys away. */
	readonly keys: Readonly<Record<string, readonly string[]>>;
	/** Colours of the screens by meaning: each one of the terminal's 16, `default` its foreground. */
	readonly theme: {
		/** Everything that is about the interface itself. */
		readonly accent: string;
		readonly success: string;
		readonly warning: string;
		readonly error: string;
		/** Replacements in a plan. */
		readonly replace: string;
	};
};

/** Colours of the screens that a user has not changed. */
export const defaultTheme: Settings['theme'] = {
	accent: 'cyan',
	success: 'green',
	warning: 'yellow',
	error: 'red',
	replace: 'magenta',
};

type Rules = {readonly [Key in keyof Settings]: Rule<Settings[Key]>};

const rules: Rules = {
	baseDomain: rule('localhost', hostName, 'COMPARTMENT_BASE_DOMAIN'),
	routerListen: rule('127.0.0.1', ipAddress),
	routerPort: rule(9080, number(1, 65_535), 'COMPARTMENT_ROUTER_PORT'),
	routerName: rule(
		'compartment-router',
		allowed(/^[a-z0-9][a-z0-9_.-]{0,62}$/, 'a container name'),
		'COMPARTMENT_ROUTER_NAME',
	),
	routerImage: rule('', imageReference, 'COMPARTMENT_ROUTER_IMAGE'),
	networkPool: rule('10.213.0.0/16', poolOf(8, 28), 'COMPARTMENT_NETWORK_POOL'),
	networkPrefix: rule(26, number(16, 29)),
	retain: rule(5, number(1, 100)),
	drainSeconds: rule(30, number(0, 3600)),
	minHealthyMs: rule(3000, number(0, 600_000)),
	stopGraceSeconds: rule(10, number(0, 3600)),
	defaultOutput: rule('text', oneOf('text', 'json')),
	backupDirectory: rule('', absolutePath, 'COMPARTMENT_RESOURCE_BACKUP_DIR'),
	verifyScheduledBackups: rule(false, onOrOff),
	keys: rule({}, keyLists),
	theme: rule(defaultTheme, coloursOf(defaultTheme)),
};

const keys = Object.keys(rules) as (keyof Settings)[];

export const settingsPath = (env: NodeJS.ProcessEnv = process.env): string =>
	join(configurationDirectory(env), 'settings.json');

/**
 * The user's settings over the defaults, and environment variables over both.
 * @throws UserError that names the file or the environment variable, the key, and what is allowed
 */
export async function readSettings(env: NodeJS.ProcessEnv = process.env): Promise<Settings> {
	const path = settingsPath(env);
	const stored = readStored(path);
	const entries = keys.map(key => {
		const {fallback, check, variable} = rules[key] as Rule<unknown>;
		const override = variable ? env[variable] : undefined;
		if (override) return [key, checked(variable!, override, check.fromText(override), check.allowed)];
		const value = stored[key];
		return [
			key,
			value === undefined ? fallback : checked(`${path}: ${key}`, value, check.accept(value), check.allowed),
		];
	});
	const settings = Object.fromEntries(entries) as Settings;
	assertPrefix(path, settings);
	return settings;
}

/** Stores one setting, after the same checks. */
export async function changeSetting<Key extends keyof Settings>(
	key: Key,
	value: Settings[Key],
	env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
	const path = settingsPath(env);
	const {check} = rules[key] as Rule<unknown>;
	checked(`${path}: ${key}`, value, check.accept(value), check.allowed);
	assertPrefix(path, {...(await readSettings(env)), [key]: value});
	const folder = configurationDirectory(env);
	mkdirSync(folder, {recursive: true, mode: 0o700});
	// It takes 23 ms to import; reading needs none of it.
	const {default: Conf} = await import('conf');
	new Conf({cwd: folder, configName: 'settings', configFileMode: 0o600}).set(key, value);
}

function readStored(path: string): Readonly<Record<string, unknown>> {
	let text: string;
	try {
		text = readFileSync(path, 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
		throw new UserError(`Cannot read the settings: ${messageOf(error)}`, {cause: error});
	}
	const stored = parse(path, text);
	const unknown = Object.keys(stored).find(key => !keys.includes(key as keyof Settings));
	if (unknown === undefined) return stored;
	throw new UserError(`${path}: there is no setting "${unknown}"`, {hint: `Settings: ${keys.join(', ')}`});
}

function parse(path: string, text: string): Readonly<Record<string, unknown>> {
	const hint = 'Correct the file, or remove it to have the defaults.';
	let stored: unknown;
	try {
		stored = text.trim() === '' ? {} : JSON.parse(text);
	} catch (error) {
		throw new UserError(`${path} is no valid JSON: ${messageOf(error)}`, {hint});
	}
	if (typeof stored === 'object' && stored !== null && !Array.isArray(stored))
		return stored as Readonly<Record<string, unknown>>;
	throw new UserError(`${path} must hold a JSON object`, {hint});
}

function checked<Value>(place: string, given: unknown, value: Value | undefined, allowedText: string): Value {
	if (value !== undefined) return value;
	throw new UserError(`${place}: must be ${allowedText} (it is ${JSON.stringify(given)})`);
}

function assertPrefix(path: string, {networkPool, networkPrefix}: Settings): void {
	if (networkPrefix > Number(networkPool.split('/')[1])) return;
	throw new UserError(
		`${path}: networkPrefix: must be longer than that of networkPool ${networkPool} (it is ${networkPrefix})`,
		{hint: 'Every environment takes two networks from the pool.'},
	);
}
