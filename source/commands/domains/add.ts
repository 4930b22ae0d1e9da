import {readFile} from 'node:fs/promises';
import {resolve} from 'node:path';
import {checkCertificate} from '../../certificates/check-certificate.ts';
import {parseHost} from '../../certificates/host-name.ts';
import {isLocalName} from '../../certificates/local-authority.ts';
import {withCertificate} from '../../certificates/store-certificate.ts';
import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal, warn} from '../../output/terminal.ts';
import {describeDomains} from '../../report/domains.ts';
import {ageOf, dayOf, isWildcard} from '../../state/certificates.ts';
import {fileError} from '../../state/private-file.ts';
import type {State} from '../../state/state.ts';
import {changeState} from '../../workspace/change-variables.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';
import {openWorkspace} from '../../workspace/workspace.ts';

type AddFlags = CommonFlags & {readonly cert?: string; readonly key?: string};

const readText = async (path: string): Promise<string> => {
	try {
		return await readFile(path, 'utf8');
	} catch (error) {
		throw fileError('read', path, error);
	}
};

/** Where the certificate of a host comes from: files, else the local authority. */
async function obtain(host: string, {cert, key}: AddFlags) {
	const now = Date.now();
	if (cert !== undefined && key !== undefined) {
		const [chainFile, keyFile] = [resolve(cert), resolve(key)];
		const [chain, keyText] = await Promise.all([readText(chainFile), readText(keyFile)]);
		return {
			source: 'file' as const,
			certificate: await checkCertificate({chain, key: keyText, host, now, chainFile: cert, keyFile: key}),
		};
	}
	const {issueLocal} = await import('../../certificates/local-authority.ts');
	const {chain, key: keyText} = await issueLocal(host);
	const place = {chainFile: 'the issued certificate', keyFile: 'its key'};
	return {source: 'local' as const, certificate: await checkCertificate({chain, key: keyText, host, now, ...place})};
}

function assertObtainable(hosts: readonly string[], {cert, key}: AddFlags): void {
	if ((cert === undefined) !== (key === undefined))
		throw new UserError(`${cert === undefined ? '--key needs --cert' : '--cert needs --key'}.`, {
			hint: 'Name the files of the certificate and of its private key.',
		});
	const foreign = hosts.find(host => !isLocalName(host));
	if (cert === undefined && foreign !== undefined)
		throw new UserError(`A certificate for ${foreign} has to come from files.`, {
			hint: hint`${command('domain add', foreign, '--cert', 'FILE', '--key', 'FILE')}. The local authority issues for localhost and names that end in .localhost.`,
		});
}

/** Hosts that nothing serves yet, as far as the last apply and compartment.yml say. */
const unknownHosts = ({routes}: State, hosts: readonly string[], declared: readonly string[]): string[] =>
	hosts.filter(host => !isWildcard(host) && !Object.hasOwn(routes?.hosts ?? {}, host) && !declared.includes(host));

/** `compartment domain add HOST… [--cert FILE --key FILE]`: stores certificates, with effect from the next apply. */
export async function domainAdd(given: readonly string[], flags: AddFlags): Promise<void> {
	const terminal = createTerminal(flags);
	const hosts = [...new Set(given.map(parseHost))];
	assertObtainable(hosts, flags);
	const workspace = await openWorkspace(flags);
	// Before the lock, so that other commands do not wait for files.
	const obtained = await Promise.all(hosts.map(async host => ({host, ...(await obtain(host, flags))})));
	const state = await changeState(workspace, 'certificate.added', async current => {
		let next = current;
		for (const {host, source, certificate} of obtained) next = await withCertificate(next, host, source, certificate);
		return {state: next, audit: {hosts: hosts.join(' '), source: obtained[0]!.source}};
	});
	const added = describeDomains(state, workspace.settings).filter(({host}) => hosts.includes(host));
	const declared = workspace.project.services.flatMap(({domain}) => (domain === undefined ? [] : [domain]));
	const unknown = state.routes === null ? [] : unknownHosts(state, hosts, declared);
	const due = obtained.filter(({certificate}) => ageOf(certificate, Date.now()) === 'due');
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
			`Stored a certificate for ${host}: issued by ${sanitiseLine(certificate.issuer)}, valid until ${dayOf(certificate.notAfter)}.`,
		);
	warn(terminal, warnings);
	if (obtained[0]!.source === 'local')
		terminal.print(
			terminal.paint.dim(
				hintText(hint`Browsers accept it once they trust the local authority: ${command('domain trust')}`),
			),
		);
	terminal.print(terminal.paint.dim(hintText(hint`It takes effect with the next ${command('apply')}`)));
}
