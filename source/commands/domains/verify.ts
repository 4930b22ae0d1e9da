import {parseHost} from '../../certificates/host-name.ts';
import type {HostFinding} from '../../certificates/verify/findings.ts';
import type {HostToVerify} from '../../certificates/verify/judge-host.ts';
import {verifyHosts} from '../../certificates/verify/verify-hosts.ts';
import {exitCodes} from '../../errors.ts';
import {renderVerification} from '../../output/domains/verification-text.ts';
import {jsonDocument} from '../../output/json.ts';
import {createTerminal} from '../../output/terminal.ts';
import {certificateWarning} from '../../plan/certificate-warnings.ts';
import {describeDomain, describeDomains} from '../../report/domains.ts';
import {acmeOf} from '../../settings/acme.ts';
import {isLocalName} from '../../state/certificates.ts';
import {listEnvironments} from '../../state/environments.ts';
import type {State} from '../../state/state.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';
import {openWorkspace, readOrNewState, unknownEnvironment, type Workspace} from '../../workspace/workspace.ts';

type VerifyFlags = CommonFlags & {readonly dnsServer?: string};

/** Before the first deploy of a project there is no state yet, and that is when hosts are checked. */
async function readPresentState(workspace: Workspace): Promise<State> {
	const {state, isNew} = await readOrNewState(workspace);
	if (isNew && (await listEnvironments(workspace.project.directory)).length > 0)
		throw await unknownEnvironment(workspace);
	return state;
}

const declaredHosts = ({services}: Workspace['project']): string[] =>
	services.flatMap(({domain}) => (domain === undefined ? [] : [domain.toLowerCase()]));

/** The hosts that a command line names; else all that other machines reach, of the state and of compartment.yml. */
function hostsOf(given: readonly string[], {project, settings}: Workspace, state: State): string[] {
	if (given.length > 0) return [...new Set(given.map(parseHost))];
	const served = describeDomains(state, settings).map(({host}) => host);
	return [...new Set([...served, ...declaredHosts(project)])].filter(host => !isLocalName(host)).sort();
}

function toVerify(state: State, {settings, project}: Workspace, host: string, now: number): HostToVerify {
	const {status, certificate, certificateHost, service, failure} = describeDomain(state, settings, host, now);
	const record = certificateHost === null ? undefined : state.certificates?.[certificateHost];
	return {
		host,
		isServed: service !== null || declaredHosts(project).includes(host),
		certificate: {
			status,
			failure: failure?.message ?? null,
			source: certificate?.source ?? null,
			fingerprint: certificate?.fingerprint ?? null,
			renewal: record && certificateWarning(certificateHost!, record, now),
		},
	};
}

/** `compartment domain verify [HOST…]`: asks DNS, port 80 and the router about hosts. Changes nothing that lasts. */
export async function domainVerify(given: readonly string[], flags: VerifyFlags): Promise<number> {
	const {print, paint} = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const {engine, router, settings} = workspace;
	const state = await readPresentState(workspace);
	const now = Date.now();
	const hosts = hostsOf(given, workspace, state);
	const {hosts: verified, findings} = await verifyHosts({
		engine,
		router,
		environment: state,
		hosts: hosts.map(host => toVerify(state, workspace, host, now)),
		dnsServer: flags.dnsServer,
		acme: acmeOf(settings),
	});
	const rendered = ({hint, ...finding}: HostFinding) => ({
		...finding,
		hint: hint === undefined ? null : hintText(hint),
	});
	const domains = verified.map(each => {
		const {status, certificate} = describeDomain(state, settings, each.host, now);
		return {
			...each,
			certificate: {
				status,
				issuer: certificate?.issuer ?? null,
				notAfter: certificate?.notAfter ?? null,
				fingerprint: certificate?.fingerprint ?? null,
				served: each.served,
			},
			findings: each.findings.map(rendered),
		};
	});
	const general = findings.map(rendered);
	const isVerified = [...general, ...domains.flatMap(each => each.findings)].every(({status}) => status !== 'problem');
	if (isJson(flags))
		process.stdout.write(
			jsonDocument({
				project: {name: state.project},
				environment: {name: state.environment},
				isVerified,
				findings: general,
				domains: domains.map(({served: _, ...domain}) => domain),
			}),
		);
	else print(renderVerification({domains, findings: general}, paint));
	return isVerified ? exitCodes.done : exitCodes.error;
}
