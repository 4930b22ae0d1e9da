import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {nearest} from '../nearest.ts';
import {type Check, isRecord, type Rule} from './setting-rules.ts';
import {isSettingKey, type Settings, settingKeys, settingRules} from './setting-table.ts';
import {placeOf, readSettingsFile, type SettingsFile} from './settings-file.ts';

export {defaultTheme, type Settings} from './setting-table.ts';

/** A setting as it applies, and where it comes from. */
export type ResolvedSetting = {
	readonly value: unknown;
	readonly source: 'default' | 'file' | 'environment';
	/** What its source says: of `theme` only the colours that are set. Undefined for a default. */
	readonly own: unknown;
};

export type ResolvedSettings = Readonly<Record<keyof Settings, ResolvedSetting>>;

/**
 * The user's settings over the defaults, and environment variables over both.
 * @throws UserError as `resolveSettings` does
 */
export async function readSettings(env: NodeJS.ProcessEnv = process.env): Promise<Settings> {
	const resolved = await resolveSettings(await readSettingsFile(env), env);
	return Object.fromEntries(settingKeys.map(key => [key, resolved[key].value])) as Settings;
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
	if (resolved.routerPort.value === resolved.routerTlsPort.value)
		throw new UserError(`routerPort and routerTlsPort are both ${resolved.routerPort.value}`, {
			hint: command('settings set', 'routerTlsPort', String(Number(resolved.routerPort.value) + 363)),
		});
	return resolved;
}

const isLoopback = (address: unknown): boolean => /^(?:127\.|::1$)/.test(String(address));

/** A router that other machines reach listens where they expect https. */
function withPublicPort(resolved: ResolvedSettings): ResolvedSettings {
	const {routerListen, routerTlsPort} = resolved;
	if (routerTlsPort.source !== 'default' || isLoopback(routerListen.value)) return resolved;
	return {...resolved, routerTlsPort: {...routerTlsPort, value: 443}};
}

/**
 * One setting, whatever is wrong with the others.
 * @throws UserError as `resolveSettings` does
 */
export async function resolveSetting(
	key: keyof Settings,
	file: SettingsFile,
	env: NodeJS.ProcessEnv = process.env,
): Promise<ResolvedSetting> {
	const {fallback, check, variable} = settingRules[key] as Rule<unknown>;
	const text = variable === undefined ? undefined : env[variable];
	if (text) {
		const own = check.fromText(text);
		if (own !== undefined) return {value: own, source: 'environment', own};
		throw new UserError(`${variable}: ${mustBe(check, text)}`, {
			hint: 'Correct this environment variable, or unset it.',
		});
	}
	const stored = file.stored[key];
	if (stored === undefined) return {value: fallback, source: 'default', own: undefined};
	const own = check.accept(stored);
	if (own !== undefined) return {value: isRecord(fallback) ? {...fallback, ...own} : own, source: 'file', own};
	throw new UserError(`${await placeOf(file, key)} ${key}: ${mustBe(check, stored)}`, {
		hint: hint`Return to the default: ${command('settings unset', key)}`,
	});
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
