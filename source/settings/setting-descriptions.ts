import type {AcmeSettings} from './acme.ts';
import type {Settings} from './settings.ts';

/** The description of each setting. */
export const descriptions: Readonly<Record<keyof Settings, string>> = {
	baseDomain: 'base domain of all hosts',
	routerListen: 'address that the router listens on',
	routerPort: 'port that the router listens on',
	routerTlsPort: 'port that the router listens on for https',
	hstsSeconds: 'how long browsers insist on https, in seconds; 0: they do not',
	acme: 'authority that certificates are requested from',
	routerName: "name of the router's container; there is one per engine",
	routerImage: "the router's image; empty: that of this release",
	networkPool: 'address range for networks',
	networkPrefix: 'prefix length of the smallest network',
	retain: 'images kept per service for rollbacks',
	drainSeconds: 'time limit for open requests after a switch, in seconds',
	minHealthyMs: 'how long new deployments are watched, in milliseconds',
	stopGraceSeconds: 'time limit for a container to stop, in seconds',
	backupDirectory: "folder of backups; empty: beside the environment's state",
	verifyScheduledBackups: 'restore every scheduled backup into a temporary container',
	backupStores: 'stores of backups on other machines',
	notify: 'where notifications are sent',
	buildCacheGB: "limit of the engine's build cache in GB, kept by the agent; 0: none",
	machines: 'machines whose engines run environments, by name',
	keys: 'keys of an action on the screens',
	commands: 'your own commands in the dashboard, by name',
	mouse: 'use the mouse on the screens; shift selects text',
	theme: 'colours of the screens',
};

/** The description of each colour. */
export const colourDescriptions: Readonly<Record<keyof Settings['theme'], string>> = {
	accent: 'colour of titles and the selection',
	success: 'colour of success and good health',
	warning: 'colour of warnings',
	error: 'colour of errors',
	replace: 'colour of replacements in a plan',
};

/** The description of each part of `acme`. */
export const acmeDescriptions: Readonly<Record<keyof AcmeSettings, string>> = {
	email: 'your e-mail address for the authority that issues certificates',
	directory: 'its ACME directory, an https URL; empty: no certificates are requested',
	caFile: 'PEM file with the root to trust for the directory; empty: the usual ones',
	keyId: 'key identifier, if the authority requires external account binding',
	hmacKey: 'the secret key that belongs to it, in base64url',
};
