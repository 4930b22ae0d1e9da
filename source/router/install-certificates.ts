import {randomBytes} from 'node:crypto';
import {setTimeout as pause} from 'node:timers/promises';
import type {ContainerFile, Engine} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {renderTlsDefaults} from './config-tls.ts';
import {findRouter, observeRouter, runScript} from './container.ts';
import {certificateFolder, tlsPort} from './layout.ts';
import type {RouterOptions} from './options.ts';
import {findLeftOver, readIndex} from './read-certificates.ts';
import {commitExits, installScript} from './scripts.ts';
import {
	assertInstallable,
	type CertificateChanges,
	fileOf,
	type InstallableCertificate,
	renderCommands,
	renderLists,
	type ServedCertificate,
	successesOf,
} from './served-certificates.ts';
import {hashOf} from './store.ts';

export type CertificateChange = {
	readonly lineage: string;
	/** Installed, or in place of the one that its host has. */
	readonly install: readonly InstallableCertificate[];
	/** Hosts whose certificate is removed, if it is of the same environment. */
	readonly remove: readonly string[];
};

/** A certificate that HAProxy does not load. */
export type RefusedCertificate = {readonly host: string; readonly error: UserError};

/** HAProxy does not load at least one of the certificates. The message is what it said. */
class RefusedError extends UserError {}

// Each lost race means that another process succeeded, so this limit is not reached in practice.
const attempts = 40;

/**
 * Changes certificates of one environment, without a reload and without losing a connection. HAProxy checks new ones before
 * anything is written; those that it does not load are returned, and all others installed. The files come first, because they
 * decide what is served after a restart. Also removes what environments left that were destroyed.
 * @throws UserError if another environment has a certificate for one of the hosts
 */
export async function changeCertificates(
	engine: Engine,
	options: RouterOptions,
	change: CertificateChange,
	signal?: AbortSignal,
): Promise<readonly RefusedCertificate[]> {
	for (const certificate of change.install) assertInstallable(certificate);
	const containerId = await findRouter(engine, options);
	const make = (part: Partial<CertificateChange>) =>
		changeTogether(engine, options, containerId, {...change, ...part}, signal);
	const said = await textOfRefusal(make({}));
	if (said === undefined) return [];
	const refused: RefusedCertificate[] = [];
	// HAProxy does not say of all that it refuses which they are.
	for (const certificate of change.install) {
		const isOnly = change.install.length === 1;
		const text = isOnly ? said : await textOfRefusal(make({install: [certificate], remove: []}));
		if (text !== undefined) refused.push({host: certificate.host, error: refusedError(certificate, text)});
	}
	if (change.remove.length > 0) await make({install: []});
	return refused;
}

/** What HAProxy said if it refused a certificate; undefined if it loads all. */
const textOfRefusal = (changing: Promise<void>): Promise<string | undefined> =>
	changing.then(
		() => undefined,
		(error: unknown) => {
			if (error instanceof RefusedError) return error.message;
			throw error;
		},
	);

const refusedError = ({host}: ServedCertificate, said: string): UserError =>
	new UserError(`HAProxy rejected the certificate of ${host}. What served the host before stays in use.\n${said}`, {
		hint: hint`Store another one: ${command('domain add', host)}, then ${command('apply')}`,
	});

/** Makes a change, or throws and makes nothing of it. */
async function changeTogether(
	engine: Engine,
	options: RouterOptions,
	containerId: string,
	change: CertificateChange,
	signal: AbortSignal | undefined,
): Promise<void> {
	for (let attempt = 1; attempt <= attempts; attempt++) {
		if (await changeOnce(engine, options, containerId, change, signal)) return;
		await pause(Math.random() * 100);
	}
	throw new UserError('Other processes keep changing the router.', {hint: 'Try again in a moment.'});
}

function assertOwned(living: readonly ServedCertificate[], {lineage, install}: CertificateChange): void {
	for (const {host} of install) {
		const other = living.find(each => each.host === host && each.lineage !== lineage);
		if (other)
			throw new UserError(
				`The router has a certificate for ${host} of project ${other.project}, environment ${other.environment}.`,
				{hint: 'Two environments cannot share a host. Remove it there first.'},
			);
	}
}

/** @returns false if another process has changed the certificates meanwhile */
async function changeOnce(
	engine: Engine,
	options: RouterOptions,
	containerId: string,
	change: CertificateChange,
	signal: AbortSignal | undefined,
): Promise<boolean> {
	const index = await readIndex(engine, containerId, signal);
	const {text, certificates: before} = index;
	const {install, lineage} = change;
	const own = {...install[0], lineage};
	const leftOver = findLeftOver(index, await observeRouter(engine, options), own);
	assertOwned(
		before.filter(each => !leftOver.includes(each)),
		change,
	);
	const removed = before.filter(each =>
		each.lineage === lineage ? change.remove.includes(each.host) : leftOver.includes(each),
	);
	if (install.length === 0 && removed.length === 0) return true;
	const isReplaced = ({host}: ServedCertificate) => install.some(each => each.host === host);
	const after = [
		...before.filter(each => !isReplaced(each) && !removed.includes(each)),
		...install.map(({pem: _, ...served}) => served),
	].sort((a, b) => (a.host < b.host ? -1 : 1));
	const id = randomBytes(8).toString('hex');
	const isKnown = ({host}: ServedCertificate) => before.some(each => each.host === host);
	const changes = {
		added: install.filter(each => !isKnown(each)),
		replaced: install.filter(isKnown),
		removed: removed.filter(each => !isReplaced(each)),
	};
	await engine.writeFiles(containerId, stagedFiles(id, install, after, changes));
	const args = [id, hashOf(text), successesOf(changes)];
	const {exitCode, stderr} = await runScript(engine, containerId, installScript, args);
	if (exitCode === commitExits.moved) return false;
	if (exitCode !== 0) throw installError(exitCode, stderr.trim());
	return true;
}

function stagedFiles(
	id: string,
	install: readonly InstallableCertificate[],
	after: readonly ServedCertificate[],
	changes: CertificateChanges,
): ContainerFile[] {
	const staged = `${certificateFolder}/staged-${id}`;
	const file = (name: string, content: string): ContainerFile => ({path: `${staged}/${name}`, content, mode: 0o600});
	const files = {...Object.fromEntries(install.map(each => [fileOf(each), each.pem])), ...renderLists(after)};
	return [
		...Object.entries(files).map(([name, content]) => file(`files/${name}`, content)),
		file('check.list', install.map(each => `${staged}/files/${fileOf(each)} ${each.host}\n`).join('')),
		file('check.cfg', checkConfig(`${staged}/check.list`)),
		file('commands', renderCommands(changes)),
		file('index.json', JSON.stringify(after)),
	];
}

const checkConfig = (list: string): string =>
	[
		'global',
		...renderTlsDefaults(),
		'frontend check',
		'\tmode http',
		'\ttimeout client 1s',
		`\tbind :${tlsPort} ssl crt-list ${list} strict-sni`,
		'',
	].join('\n');

function installError(exitCode: number, text: string): UserError {
	const alerts = [...text.matchAll(/^\[ALERT\][^:]*: (?:config : )?(.*)$/gm)].map(([, alert]) => alert);
	const said = alerts.length > 0 ? alerts.join('\n') : text;
	if (exitCode === commitExits.locked)
		return new UserError("Another process has held the router's lock for 20 s.", {hint: 'Try again in a moment.'});
	if (exitCode === commitExits.invalid) return new RefusedError(said);
	return new UserError(`Cannot install certificates in the router (exit code ${exitCode}): ${said}`);
}
