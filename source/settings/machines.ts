import {absolutePath, type Check, fromJson, hostName, ipAddress, isRecord, number, text} from './setting-rules.ts';

/** A machine with an engine, by its name in the setting `machines`. */
export type Machine = {
	/** `ssh://deploy@web1`, `tcp://10.0.0.5:2376` or `unix:///run/other.sock`. */
	readonly address: string;
	/** Id of its engine: another one at this address is refused. Absent until `machine add` has seen it. */
	readonly engine?: string;
	/** Absolute folder with ca.pem, cert.pem and key.pem, for an address with tcp. */
	readonly certificates?: string;
	/** Settings that hold for this machine instead of the user's own. */
	readonly settings?: MachineSettings;
};

/** Settings that may differ from machine to machine. */
export type MachineSettings = {
	readonly baseDomain?: string;
	readonly routerListen?: string;
	readonly routerPort?: number;
	readonly routerTlsPort?: number;
};

const port = number(1, 65_535);

const settingChecks: Readonly<Record<string, Check<unknown>>> = {
	baseDomain: hostName,
	routerListen: ipAddress,
	routerPort: port,
	routerTlsPort: port,
} satisfies Record<keyof MachineSettings, Check<unknown>>;

/** The names of the settings that a machine can have. */
export const machineSettingNames = Object.keys(settingChecks);

/** How one setting of a machine is checked; undefined when a machine cannot have it. */
export const machineSettingCheck = (name: string): Check<unknown> | undefined =>
	Object.hasOwn(settingChecks, name) ? settingChecks[name] : undefined;

/** The name of a machine. */
export const machineName = text('a name of letters, digits, dots and dashes, such as web1', value =>
	/^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/.test(value),
);

/** An address as settings can hold it; the engine room knows its parts. A password would be shown. */
export const machineAddress = text(
	'an address such as ssh://deploy@web1 or tcp://10.0.0.5:2376, without a password',
	value => /^(?:ssh|tcp|https|unix|npipe):\/\/[^\s\p{C}]+$/u.test(value) && !/^[a-z]+:\/\/[^/]*:[^/]*@/.test(value),
);

const fieldChecks: Readonly<Record<string, (value: unknown) => boolean>> = {
	address: value => machineAddress.accept(value) !== undefined,
	engine: value => value === undefined || (typeof value === 'string' && /^[\w:.-]{1,200}$/.test(value)),
	certificates: value => value === undefined || absolutePath.accept(value) !== undefined,
	settings: value =>
		value === undefined ||
		(isRecord(value) &&
			Object.entries(value).every(([name, own]) => machineSettingCheck(name)?.accept(own) !== undefined)),
} satisfies Record<keyof Machine, (value: unknown) => boolean>;

const isMachine = (value: unknown): boolean =>
	isRecord(value) &&
	Object.keys(value).every(name => Object.hasOwn(fieldChecks, name)) &&
	Object.entries(fieldChecks).every(([name, check]) => check(value[name]));

const accept = (value: unknown): Readonly<Record<string, Machine>> | undefined =>
	isRecord(value) &&
	Object.entries(value).every(([name, machine]) => machineName.accept(name) !== undefined && isMachine(machine))
		? (value as Readonly<Record<string, Machine>>)
		: undefined;

/** Machines by their names. */
export const machineList: Check<Readonly<Record<string, Machine>>> = {
	allowed: 'an object such as {"web1": {"address": "ssh://deploy@web1"}}',
	accept,
	fromText: fromJson(accept),
};
