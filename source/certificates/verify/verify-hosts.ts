import {randomBytes} from 'node:crypto';
import {networkInterfaces} from 'node:os';
import type {Engine} from '../../engine/engine.ts';
import {hintOf, messageOf} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import type {Owner} from '../../model/own.ts';
import {findPortUser} from '../../router/port-owner.ts';
import {
	addChallenges,
	type Challenge,
	observeRouter,
	ownAddress,
	type RouterOptions,
	readCertificates,
	readTables,
	removeChallenges,
} from '../../router/router.ts';
import type {AcmeSettings} from '../../settings/acme.ts';
import {askDirectory} from './directory.ts';
import {type CaaAnswer, type DnsAnswer, type DnsQuestions, openDns} from './dns.ts';
import type {HostFinding} from './findings.ts';
import {type HostToVerify, judgeHost, typeOf, type VerifiedHost} from './judge-host.ts';
import {ownAddresses} from './own-addresses.ts';
import {askPort80} from './reach.ts';
import {askTls, machineOf, type RouterPlace} from './served.ts';

export type Verification = {
	readonly hosts: readonly VerifiedHost[];
	/** What concerns all of them. */
	readonly findings: readonly HostFinding[];
};

type Input = {
	readonly engine: Engine;
	readonly router: RouterOptions;
	/** The environment whose hosts they are. */
	readonly environment: Owner;
	readonly hosts: readonly HostToVerify[];
	/** `IP` or `IP:PORT`; default: the servers of the system. */
	readonly dnsServer: string | undefined;
	/** What issues certificates; undefined if nothing does. */
	readonly acme: Pick<AcmeSettings, 'directory' | 'caFile'> | undefined;
};

/** A challenge that no other server can answer. */
function makeChallenge(): Challenge {
	const text = () => randomBytes(16).toString('base64url');
	const token = `verify-${text()}`;
	return {token, answer: `${token}.${text()}`};
}

type Asked = {readonly host: HostToVerify; readonly dns: DnsAnswer | null; readonly caa: CaaAnswer | null};

async function askDns(dns: DnsQuestions, host: HostToVerify): Promise<Asked> {
	const type = typeOf(host.host);
	const [addresses, caa] = await Promise.all([
		type === 'public' ? dns.askAddresses(host.host) : null,
		type === 'local' ? null : dns.askCaa(host.host),
	]);
	return {host, dns: addresses, caa};
}

/** Why port 80 cannot be asked. */
async function tellRouter({engine, router}: Input, challenge: Challenge): Promise<HostFinding | undefined> {
	const {state} = await observeRouter(engine, router);
	const base = {question: 'port80', status: 'problem'} as const;
	if (state !== 'running')
		return {
			...base,
			message: `The router ${router.name} does not run, so what reaches it at port 80 is not known.`,
			hint: hint`${command('apply')} starts it.`,
		};
	try {
		await addChallenges(engine, router, [challenge]);
		return undefined;
	} catch (error) {
		const found = hintOf(error);
		return {...base, message: messageOf(error), ...(found ? {hint: found} : {})};
	}
}

const unreadFinding = (problem: string): HostFinding => ({
	question: 'caa',
	status: 'warning',
	message: `Whether CAA records allow the authority is not known: its directory cannot be read: ${problem}.`,
	hint: command('settings get', 'acme.directory'),
});

/** Where this machine reaches the router's port for TLS: through ssh on another machine, whatever firewall is between them. */
async function findTlsPort(engine: Engine, {listen, tlsPort: port}: RouterOptions, place: RouterPlace) {
	const forwarding = engine.isLocal
		? undefined
		: await engine.forwardPort({host: ownAddress(listen), port}).catch(() => undefined);
	return forwarding
		? {...forwarding, place: {listen: '127.0.0.1', machine: undefined, isUnanswered: forwarding.isUnanswered}}
		: {place, port, close: async () => undefined};
}

/**
 * Asks DNS, the router and port 80 about hosts, side by side: each answer may take five seconds. Only adds a challenge to the
 * router, and removes it again.
 * @throws UserError for an invalid DNS server, EngineError if the engine cannot be reached
 */
export async function verifyHosts(input: Input): Promise<Verification> {
	const {engine, router, environment, hosts, dnsServer, acme} = input;
	if (hosts.length === 0) return {hosts: [], findings: []};
	const dns = openDns(dnsServer);
	const place = {listen: router.listen, machine: machineOf(engine)};
	const challenge = makeChallenge();
	const tls = await findTlsPort(engine, router, place);
	try {
		const [untold, directory, owner, tables, certificates, asked, served] = await Promise.all([
			hosts.some(({host}) => typeOf(host) === 'public') ? tellRouter(input, challenge) : undefined,
			acme && askDirectory(acme),
			router.port === 80 ? undefined : findPortUser(engine, router, 80),
			readTables(engine, router),
			readCertificates(engine, engine, router, environment, false),
			Promise.all(hosts.map(host => askDns(dns, host))),
			Promise.all(hosts.map(({host}) => askTls(tls.place, tls.port, host))),
		]);
		const reached = await Promise.all(
			asked.map(({host: {host}, dns: answer}) =>
				answer === null || untold
					? []
					: Promise.all([...answer.a, ...answer.aaaa].map(address => askPort80(address, host, challenge))),
			),
		);
		const own = ownAddresses({
			...place,
			reaching: reached.flat().flatMap(({address, outcome}) => (outcome === 'router' ? [address] : [])),
			interfaces: Object.values(networkInterfaces()).flatMap(each => (each ?? []).map(({address}) => address)),
		});
		const unread = directory && 'problem' in directory ? unreadFinding(directory.problem) : undefined;
		const context = {
			lineage: environment.lineage,
			tables,
			certificates,
			own,
			place: {listen: router.listen, port: router.port, owner},
			hasAuthority: acme !== undefined,
			identities: directory && 'identities' in directory ? directory.identities : null,
		};
		return {
			findings: [untold, unread].filter(finding => finding !== undefined),
			hosts: asked.map((each, index) => judgeHost({...each, port80: reached[index]!, served: served[index]!}, context)),
		};
	} finally {
		dns.close();
		await tls.close();
		await removeChallenges(engine, router, [challenge.token]).catch(() => undefined);
	}
}
