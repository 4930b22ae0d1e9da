import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {nearest} from '../nearest.ts';
import {type AcmeSettings, findLoneKey} from './acme.ts';
import type {Machine} from './machines.ts';
import {type Check, isRecord, type Rule} from './setting-rules.ts';
import {isSettingKey, type Settings, settingKeys, settingRules} from './setting-table.ts';
import {placeOf, readSettingsFile, type SettingsFile} from './settings-file.ts';

export {defaultTheme, type Settings} from './setting-table.ts';

export type SettingSource = 'default' | 'file' | 'environment';

/** A setting as it applies, and where it comes from. */
export type ResolvedSetting = {
	readonly value: unknown;
	/** Of an object with parts, the source that takes precedence. */
	readonly source: SettingSource;
	/** The source of each part; empty unless the setting is an object. */
	readonly parts: Readonly<Record<string, SettingSource>>;
};

export type ResolvedSettings = Readonly<Record<keyof Settings, ResolvedSetting>>;

/**
 * The user's settings over the defaults, those of a machine over them, and environment variables over all.
 * @param machine whose settings hold
 * @throws UserError as `resolveSettings` does, and for a machine that the settings do not know
 */
export async function readSettings(env: NodeJS.ProcessEnv = process.env, machine?: string): Promise<Settings> {
	const file = await readSettingsFile(env);
	const own = machine === undefined ? {} : (await readMachine(machine, file, env)).settings;
	const resolved = await resolveSettings({...file, stored: {...file.stored, ...own}}, env);
	return Object.fromEntries(settingKeys.map(key => [key, resolved[key].value])) as Settings;
}

async function readMachine(name: string, file: SettingsFile, env: NodeJS.ProcessEnv): Promise<Machine> {
	const machines = (await resolveSetting('machines', file, env)).value as Settings['machines'];
	return findMachine(name, machines);
}

/** @throws UserError that lists the known machines when this one is not among them */
export function findMachine(name: string, machines: Settings['machines']): Machine {
	const found = Object.hasOwn(machines, name) ? machines[name] : undefined;
	if (found) return found;
	const names = Object.keys(machines);
	const meant = nearest(name, names);
	throw new UserError(`there is no machine "${name}"${meant === undefined ? '' : `, did you mean "${meant}"?`}`, {
		hint: hint`${names.length === 0 ? '' : `Machines: ${names.join(', ')}. `}Add one: ${command('machine add', name, 'ssh://USER@HOST')}`,
	});
}

/**
 * Every setting: an environment variable takes precedence over the file, and the file over the default.
 * @throws UserError that names the file with line and column, or the environment variable, and what is allowed
 */
export async function resolveSettings(
	file: SettingsFile,
	env: NodeJS.ProcessEnv = process.env,
): Promise<ResolvedSettings> {
	const unknown = Object.keys(file.stored).find(key => !isSettingKey(key));
	if (unknown !== undefined)
		throw new UserError(`${await placeOf(file, unknown)}: ${noSetting(unknown, settingKeys)}`, {
			hint: hint`Remove it: ${command('settings unset', unknown)}. Settings: ${settingKeys.join(', ')}`,
		});
	const entries: [keyof Settings, ResolvedSetting][] = [];
	for (const key of settingKeys) entries.push([key, await resolveSetting(key, file, env)]);
	const resolved = withPublicPort(Object.fromEntries(entries) as ResolvedSettings);
	const fault = findPrefixFault(resolved);
	if (fault !== undefined) throw new UserError(`${await prefixPlace(file, resolved)}${fault.message}`, fault);
	await assertKeyPair(file, resolved.acme);
	if (resolved.routerPort.value === resolved.routerTlsPort.value)
		throw new UserError(`routerPort and routerTlsPort are both ${resolved.routerPort.value}`, {
			hint: command('settings set', 'routerTlsPort', String(Number(resolved.routerPort.value) + 363)),
		});
	return resolved;
}

async function assertKeyPair(file: SettingsFile, {value, parts}: ResolvedSetting): Promise<void> {
	const lone = findLoneKey(value as AcmeSettings);
	if (!lone) return;
	const {present, missing, hint} = lone;
	const place =
		parts[present] === 'environment' ? settingRules.acme.partVariables[present] : await placeOf(file, 'acme');
	throw new UserError(`${place}: acme.${present} is set, but acme.${missing} is not`, {hint});
}

export const isLoopback = (address: unknown): boolean => /^(?:127\.|::1$)/.test(String(address));

/** A router that other machines reach listens where they expect https. */
function withPublicPort(resolved: ResolvedSettings): ResolvedSettings {
	const {routerListen, routerTlsPort} = resolved;
	if (routerTlsPort.source !== 'default') return resolved;
	return {...resolved, routerTlsPort: {...routerTlsPort, value: usualTlsPort(routerListen.value)}};
}

/** The port for TLS that nobody had to choose. */
export const usualTlsPort = (routerListen: unknown): number =>
	isLoopback(routerListen) ? settingRules.routerTlsPort.fallback : 443;

/**
 * One setting, whatever is wrong with the others.
 * @throws UserError as `resolveSettings` does
 */
export async function resolveSetting(
	key: keyof Settings,
	file: SettingsFile,
	env: NodeJS.ProcessEnv = process.env,
): Promise<ResolvedSetting> {
	const {fallback, check, variable, partVariables} = settingRules[key] as Rule<unknown>;
	const given = variable === undefined ? undefined : readVariable(variable, check, env);
	if (given !== undefined) return {value: given, source: 'environment', parts: {}};
	const stored = file.stored[key];
	const own = stored === undefined ? undefined : check.accept(stored);
	if (stored !== undefined && own === undefined)
		throw new UserError(`${await placeOf(file, key)} ${key}: ${mustBe(check, stored)}`, {
			hint: hint`Return to the default: ${command('settings unset', key)}`,
		});
	const source = own === undefined ? 'default' : 'file';
	if (!isRecord(fallback)) return {value: own ?? fallback, source, parts: {}};
	const ofVariables = Object.entries(partVariables).flatMap(([part, name]) => {
		const value = readVariable(name, check.checkOf!(part)!, env);
		return value === undefined ? [] : [[part, value] as const];
	});
	const layers = {default: fallback, file: own ?? {}, environment: Object.fromEntries(ofVariables)};
	const parts = Object.entries(layers).flatMap(([from, layer]) => Object.keys(layer).map(part => [part, from]));
	return {
		value: {...layers.default, ...layers.file, ...layers.environment},
		source: ofVariables.length > 0 ? 'environment' : source,
		parts: Object.fromEntries(parts),
	};
}

/** The value of a variable; undefined when it is not set, or empty. */
function readVariable(name: string, check: Check<unknown>, env: NodeJS.ProcessEnv): unknown {
	const text = env[name];
	if (!text) return undefined;
	const value = check.fromText(text);
	if (value !== undefined) return value;
	throw new UserError(`${name}: ${mustBe(check, text)}`, {hint: 'Correct this environment variable, or unset it.'});
}

/** What is wrong with a name: "there is no setting …, did you mean …?". */
export function noSetting(name: string, names: Iterable<string>): string {
	const meant = nearest(name, names);
	return `there is no setting "${name}"${meant === undefined ? '' : `, did you mean "${meant}"?`}`;
}

/** What is wrong with a value: "must be … (it is …)", without the value where that may be a secret. */
export const mustBe = ({allowed, secret}: Pick<Check<unknown>, 'allowed' | 'secret'>, given: unknown): string =>
	secret ? secret.explain(given) : `must be ${allowed} (it is ${JSON.stringify(given)})`;

/** The networks of the environments must fit into the pool that they are taken from. */
export function findPrefixFault({networkPool, networkPrefix}: Pick<ResolvedSettings, 'networkPool' | 'networkPrefix'>) {
	const poolPrefix = Number(String(networkPool.value).split('/')[1]);
	if (Number(networkPrefix.value) > poolPrefix) return undefined;
	const longer = Math.min(29, poolPrefix + 10);
	return {
		message: `networkPrefix: must be longer than that of networkPool ${networkPool.value} (it is ${networkPrefix.value})`,
		hint: hint`Every environment takes two networks from the pool. For smaller ones: ${command('settings set', 'networkPrefix', String(longer))}`,
	};
}

async function prefixPlace(file: SettingsFile, {networkPool, networkPrefix}: ResolvedSettings): Promise<string> {
	if (networkPrefix.source === 'file') return `${await placeOf(file, 'networkPrefix')} `;
	if (networkPool.source === 'file') return `${await placeOf(file, 'networkPool')} `;
	return `${settingRules.networkPool.variable}: `;
}
