import {readFile} from 'node:fs/promises';
import {resolve} from 'node:path';
import {type CheckedCertificate, checkCertificate} from '../../certificates/check-certificate.ts';
import {parseHost} from '../../certificates/host-name.ts';
import {withCertificate} from '../../certificates/store-certificate.ts';
import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {isWildcard} from '../../model/wildcard.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal, warn} from '../../output/terminal.ts';
import {describeDomains} from '../../report/domains.ts';
import {acmeOf, acmeServerOf} from '../../settings/acme.ts';
import type {Settings} from '../../settings/settings.ts';
import {withAdded} from '../../state/certificate-requests.ts';
import {ageOf, dayOf, isLocalName} from '../../state/certificates.ts';
import {fileError} from '../../state/private-file.ts';
import type {CertificateRecord, State} from '../../state/state.ts';
import {changeState} from '../../workspace/change-variables.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';
import {openWorkspace} from '../../workspace/workspace.ts';

type AddFlags = CommonFlags & {readonly cert?: string; readonly key?: string; readonly dnsCommand?: string};

/** A certificate for a host; without one it is asked for with the next apply. */
type Added = {
	readonly host: string;
	readonly source: CertificateRecord['source'];
	readonly certificate?: CheckedCertificate;
};

const readText = async (path: string): Promise<string> => {
	try {
		return await readFile(path, 'utf8');
	} catch (error) {
		throw fileError('read', path, error);
	}
};

/** Where the certificate of a host comes from: files, else the local authority, else the ACME server. */
async function obtain(host: string, {cert, key}: AddFlags): Promise<Added> {
	if (cert !== undefined && key !== undefined) {
		const [chainFile, keyFile] = [resolve(cert), resolve(key)];
		const [chain, keyText] = await Promise.all([readText(chainFile), readText(keyFile)]);
		const given = {chain, key: keyText, host, now: Date.now(), chainFile: cert, keyFile: key};
		return {host, source: 'file', certificate: await checkCertificate(given)};
	}
	if (!isLocalName(host)) return {host, source: 'acme'};
	const {issueChecked} = await import('../../certificates/local-authority.ts');
	return {host, source: 'local', certificate: await issueChecked(host)};
}

function assertObtainable(hosts: readonly string[], {cert, key, dnsCommand}: AddFlags, settings: Settings): void {
	if ((cert === undefined) !== (key === undefined))
		throw new UserError(`${cert === undefined ? '--key needs --cert' : '--cert needs --key'}.`, {
			hint: 'Name the files of the certificate and of its private key.',
		});
	const ofAcme = cert === undefined ? hosts.filter(host => !isLocalName(host)) : [];
	if (dnsCommand !== undefined && ofAcme.length < hosts.length)
		throw new UserError('--dns-command is for hosts whose certificate an ACME server issues.', {
			hint: 'Leave it out for files and for names that end in .localhost.',
		});
	const [first] = ofAcme;
	if (first !== undefined && !acmeOf(settings))
		throw new UserError(`A certificate for ${first} has to come from files, or from an ACME server.`, {
			hint: hint`${command('domain add', first, '--cert', 'FILE', '--key', 'FILE')}, or name a server: ${command('settings set', 'acme.directory', 'URL')} and ${command('settings set', 'acme.email', 'ADDRESS')}`,
		});
	const wildcard = ofAcme.find(isWildcard);
	if (wildcard !== undefined && dnsCommand === undefined)
		throw new UserError(`A certificate for ${wildcard} needs a command that changes the DNS of its domain.`, {
			hint: hint`It is called with present or cleanup, the name of a TXT record, and its value: ${command('domain add', wildcard, '--dns-command', './change-dns.sh')}`,
		});
}

/** The state with what was obtained, or with requests for the next apply. */
async function withAll(state: State, added: readonly Added[], dnsCommand: string | undefined): Promise<State> {
	let next = state;
	for (const {host, source, certificate} of added) {
		if (certificate) next = await withCertificate(next, host, source, certificate);
		else if (next.certificates?.[host]?.source === 'file')
			throw new UserError(`${host} has a certificate from files, which goes before one of the ACME server.`, {
				hint: hint`Remove it first: ${command('domain remove', host)}`,
			});
		else next = withAdded(next, host, dnsCommand);
	}
	return next;
}

/** Hosts that nothing serves yet, as far as the last apply and compartment.yml say. */
const unknownHosts = ({routes}: State, hosts: readonly string[], declared: readonly string[]): string[] =>
	hosts.filter(host => !isWildcard(host) && !Object.hasOwn(routes?.hosts ?? {}, host) && !declared.includes(host));

/**
 * `compartment domain add HOST… [--cert FILE --key FILE | --dns-command LINE]`: stores certificates, or asks for them, with effect
 * from the next apply.
 */
export async function domainAdd(given: readonly string[], flags: AddFlags): Promise<void> {
	const terminal = createTerminal(flags);
	const hosts = [...new Set(given.map(parseHost))];
	const workspace = await openWorkspace(flags);
	assertObtainable(hosts, flags, workspace.settings);
	// Before the lock, so that other commands do not wait for files.
	const obtained = await Promise.all(hosts.map(host => obtain(host, flags)));
	const state = await changeState(workspace, 'certificate.added', async current => ({
		state: await withAll(current, obtained, flags.dnsCommand),
		audit: {hosts: hosts.join(' '), source: obtained[0]!.source},
	}));
	const added = describeDomains(state, workspace.settings).filter(({host}) => hosts.includes(host));
	const declared = workspace.project.services.flatMap(({domain}) => (domain === undefined ? [] : [domain]));
	const unknown = state.routes === null ? [] : unknownHosts(state, hosts, declared);
	const due = obtained.flatMap(({host, certificate}) =>
		certificate && ageOf(certificate, Date.now()) === 'due' ? [{host, certificate}] : [],
	);
	const warnings = [
		...unknown.map(host => `No service has the host ${host} yet: set it as domain of a service in compartment.yml.`),
		...due.map(
			({host, certificate}) => `The certificate of ${host} expires on ${dayOf(certificate.notAfter)} already.`,
		),
	];
	if (isJson(flags)) {
		const {project, environment} = state;
		process.stdout.write(
			jsonDocument({project: {name: project}, environment: {name: environment}, domains: added, warnings}),
		);
		return;
	}
	for (const {host, certificate} of obtained)
		terminal.print(
			certificate
				? `Stored a certificate for ${host}: issued by ${sanitiseLine(certificate.issuer)}, valid until ${dayOf(certificate.notAfter)}.`
				: `${host} gets a certificate from ${acmeServerOf(workspace.settings)}.`,
		);
	warn(terminal, warnings);
	if (obtained.some(({source}) => source === 'local'))
		terminal.print(
			terminal.paint.dim(
				hintText(hint`Browsers accept it once they trust the local authority: ${command('domain trust')}`),
			),
		);
	terminal.print(terminal.paint.dim(hintText(hint`It takes effect with the next ${command('apply')}`)));
}
