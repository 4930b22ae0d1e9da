import {type AcmeSettings, acmeParts, noAcme} from './acme.ts';
import {type BackupStore, backupStores} from './backup-stores.ts';
import {type Machine, machineList} from './machines.ts';
import {type NotifyTarget, notifyTargets} from './notify-targets.ts';
import {
	absolutePath,
	allowed,
	coloursOf,
	commandLines,
	hostName,
	imageReference,
	ipAddress,
	keyLists,
	number,
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
	/** Port of the router for TLS; 443 unless it is set, if other machines reach the router. */
	readonly routerTlsPort: number;
	/** How long browsers use only https for a host that has a certificate; 0: not asked to. */
	readonly hstsSeconds: number;
	/** The authority that certificates are requested from. */
	readonly acme: AcmeSettings;
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
	/** How long the previous deployment may finish its requests. */
	readonly drainSeconds: number;
	/** How long a candidate stays ready before it counts. */
	readonly minHealthyMs: number;
	/** How long a container may take to stop before it is killed. */
	readonly stopGraceSeconds: number;
	/** Folder of all backups; empty: beside each environment's state. */
	readonly backupDirectory: string;
	/** Whether every scheduled backup is restored into a temporary container. */
	readonly verifyScheduledBackups: boolean;
	/** Places on other machines where backups are stored, by name. */
	readonly backupStores: Readonly<Record<string, BackupStore>>;
	/** Where notifications are sent. */
	readonly notify: readonly NotifyTarget[];
	/** The size in GB above which the agent removes the oldest build cache of the whole engine; 0: never. */
	readonly buildCacheGB: number;
	/** Machines with engines, by name. */
	readonly machines: Readonly<Record<string, Machine>>;
	/** What a screen's action is called → the keys that do it; an empty list takes its keys away. */
	readonly keys: Readonly<Record<string, readonly string[]>>;
	/** Name → a command line of the user's own for the dashboard. */
	readonly commands: Readonly<Record<string, string>>;
	/** Whether screens use the mouse; without it the terminal selects text with it. */
	readonly mouse: boolean;
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

type Rules = {readonly [Key in keyof Settings]: Rule<Settings[Key], Partial<Settings[Key]>>};

/** How each setting is checked, and what it is when nothing sets it. */
export const settingRules: Rules = {
	baseDomain: rule('localhost', hostName, 'COMPARTMENT_BASE_DOMAIN'),
	routerListen: rule('127.0.0.1', ipAddress, 'COMPARTMENT_ROUTER_LISTEN'),
	routerPort: rule(9080, number(1, 65_535), 'COMPARTMENT_ROUTER_PORT'),
	routerTlsPort: rule(9443, number(1, 65_535), 'COMPARTMENT_ROUTER_TLS_PORT'),
	hstsSeconds: rule(0, number(0, 100_000_000)),
	acme: rule(noAcme, acmeParts, {
		email: 'COMPARTMENT_ACME_EMAIL',
		directory: 'COMPARTMENT_ACME_DIRECTORY',
		caFile: 'COMPARTMENT_ACME_CA',
		keyId: 'COMPARTMENT_ACME_KEY_ID',
		hmacKey: 'COMPARTMENT_ACME_HMAC_KEY',
	}),
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
	backupDirectory: rule('', absolutePath, 'COMPARTMENT_RESOURCE_BACKUP_DIR'),
	verifyScheduledBackups: rule(false, onOrOff),
	backupStores: rule({}, backupStores),
	notify: rule([], notifyTargets),
	buildCacheGB: rule(0, number(0, 100_000)),
	machines: rule({}, machineList),
	keys: rule({}, keyLists),
	commands: rule({}, commandLines),
	mouse: rule(true, onOrOff),
	theme: rule(defaultTheme, coloursOf(['accent', 'success', 'warning', 'error', 'replace'])),
};

/** Names of all environment variables that override a setting or a part of it. */
export const variablesOf = ({variable, partVariables}: Rule<unknown, unknown>): readonly string[] => [
	...(variable === undefined ? [] : [variable]),
	...Object.values(partVariables),
];

export const settingKeys = Object.keys(settingRules) as (keyof Settings)[];

export const isSettingKey = (name: string): name is keyof Settings => Object.hasOwn(settingRules, name);
