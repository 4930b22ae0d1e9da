import {isWildcard} from '../model/wildcard.ts';
import {certificateFolder, certificateList, hostsMap, zonesMap} from './layout.ts';
import {assertSafe} from './safe-names.ts';

/** A certificate that the router has for one host. `index.json` in its volume lists all of them. */
export type ServedCertificate = {
	/** `shop.example.com`, or `*.example.com` for every host directly below. The certificate is used for no other host. */
	readonly host: string;
	/** The environment that it belongs to. */
	readonly lineage: string;
	readonly project: string;
	readonly environment: string;
	/** SHA-256 of the first certificate, hex. */
	readonly fingerprint: string;
	/** When it expires, in seconds since the epoch. */
	readonly notAfter: number;
	/** How long browsers shall use only https for the host, in seconds; 0: not asked to. */
	readonly hstsSeconds: number;
};

/** The same with what is secret: chain and private key, as PEM. */
export type InstallableCertificate = ServedCertificate & {readonly pem: string};

const zoneOf = (host: string): string => host.slice(2);

/** Name of its file. No host begins with an underscore. */
export const fileOf = ({host}: Pick<ServedCertificate, 'host'>): string =>
	`${isWildcard(host) ? `_.${zoneOf(host)}` : host}.pem`;

const pathOf = (certificate: ServedCertificate): string => `${certificateFolder}/${fileOf(certificate)}`;

const listLine = (certificate: ServedCertificate): string => `${pathOf(certificate)} ${certificate.host}`;

const mapEntry = ({host, notAfter, hstsSeconds}: ServedCertificate) => ({
	map: isWildcard(host) ? zonesMap : hostsMap,
	key: isWildcard(host) ? zoneOf(host) : host,
	value: `${notAfter}/${hstsSeconds}`,
});

/** Throws if a certificate holds what must not get into a file or a command of the router. */
export function assertInstallable({host, lineage, fingerprint, notAfter, hstsSeconds}: ServedCertificate): void {
	assertSafe('host', isWildcard(host) ? zoneOf(host) : host);
	if (host.length > 240) throw new Error(`host too long for the router: ${host}`);
	assertSafe('lineage', lineage);
	assertSafe('hash', fingerprint);
	for (const seconds of [notAfter, hstsSeconds])
		if (!Number.isSafeInteger(seconds) || seconds < 0) throw new Error(`invalid time for the router: ${seconds}`);
}

/** The files that a start of the router reads, by their names in the certificates' folder. */
export function renderLists(certificates: readonly ServedCertificate[]): Readonly<Record<string, string>> {
	const entries = certificates.map(mapEntry);
	const mapText = (map: string) =>
		entries.flatMap(entry => (entry.map === map ? [`${entry.key} ${entry.value}\n`] : [])).join('');
	return {
		list: certificates.map(certificate => `${listLine(certificate)}\n`).join(''),
		'hosts.map': mapText(hostsMap),
		'zones.map': mapText(zonesMap),
	};
}

const setCommands = (certificate: InstallableCertificate): string[] => [
	`set ssl cert ${pathOf(certificate)} <<`,
	certificate.pem.trim(),
	'',
	`commit ssl cert ${pathOf(certificate)}`,
];

/** HAProxy would list a file twice, which a removal does not undo. */
const addCommands = (certificate: InstallableCertificate): string[] => [
	`del ssl crt-list ${certificateList} ${pathOf(certificate)}`,
	`add ssl crt-list ${certificateList} <<`,
	listLine(certificate),
	'',
];

/** HAProxy has no command that adds or replaces. */
function mapCommands(certificate: InstallableCertificate): string[] {
	const {map, key, value} = mapEntry(certificate);
	return [`del map ${map} ${key}`, `add map ${map} ${key} ${value}`];
}

function removeCommands(certificate: ServedCertificate): string[] {
	const {map, key} = mapEntry(certificate);
	const path = pathOf(certificate);
	return [`del map ${map} ${key}`, `del ssl crt-list ${certificateList} ${path}`, `del ssl cert ${path}`];
}

export type CertificateChanges = {
	/** For hosts that have none. */
	readonly added: readonly InstallableCertificate[];
	/** In place of those that serve. */
	readonly replaced: readonly InstallableCertificate[];
	readonly removed: readonly ServedCertificate[];
};

/** How often the answer to `renderCommands` has to say `Success!` after a certificate was committed or listed. */
export const successesOf = ({added, replaced}: CertificateChanges): number => 2 * added.length + replaced.length;

/**
 * Commands for the admin socket that make the running worker do what the files say. Each may be repeated: what is there, or
 * gone, already is an error that changes nothing. A replaced certificate serves from the next handshake on; open connections
 * stay.
 */
export function renderCommands({added, replaced, removed}: CertificateChanges): string {
	const lines = [
		'prompt',
		...added.flatMap(each => [
			`new ssl cert ${pathOf(each)}`,
			...setCommands(each),
			...addCommands(each),
			...mapCommands(each),
		]),
		...replaced.flatMap(each => [...setCommands(each), ...mapCommands(each)]),
		...removed.flatMap(removeCommands),
		'quit',
	];
	return `${lines.join('\n')}\n`;
}
