import {createHash} from 'node:crypto';
import {command, hint} from '../hint.ts';
import {renderHint} from '../render-hint.ts';
import {type CompiledTable, compileTable} from './compile.ts';
import {renderBackend} from './config-backend.ts';
import {renderCheck} from './config-check.ts';
import {
	renderChallenges,
	renderSecureHeader,
	renderTlsDefaults,
	renderTlsEntrance,
	renderTlsRedirect,
} from './config-tls.ts';
import {addressVariable, hardStopMinutes, httpPort, maxConnections, workerPort} from './layout.ts';
import {ambiguousPatterns} from './paths.ts';
import {aclLines, chunks, quote} from './quote.ts';
import {backendName, titleOf} from './safe-names.ts';
import {type RouteTable, subnetsOf} from './table.ts';

/**
 * Renders the router's configuration. A request passes these stages in order: ambiguous path, answer to a
 * challenge, host, redirect to https, rules of the host's service in file order, access password, path rewriting. `txn.route` holds the backend of the host, and `backend/rule`
 * once a rule has matched, so that no later rule applies and no request is routed twice.
 * @param generation the number of this configuration; it increases with every write
 */
export function renderConfig(tables: readonly RouteTable[], generation: number): string {
	const compiled = [...tables].sort((a, b) => (a.lineage < b.lineage ? -1 : 1)).map(compileTable);
	const frontend = [
		...renderEntrance(),
		...renderChallenges(),
		...compiled.flatMap(renderHosts),
		...renderNoHost(),
		...compiled.flatMap(renderSender),
		...renderSenders(),
		...renderTlsRedirect(),
		...renderForwarded(),
		...compiled.flatMap(renderRules),
		...renderSecureHeader(),
	];
	const body = [
		...renderDefaults(),
		...frontend,
		'\tuse_backend %[var(txn.route),field(1,/)]',
		...compiled.flatMap(table => [...table.backends.values()].flatMap(backend => renderBackend(table, backend))),
		...compiled.flatMap(table => [...table.backends.values()].flatMap(backend => renderCheck(table, backend))),
	];
	return `${[...renderGlobal(generation, topologyOf(body)), ...body].join('\n')}\n`;
}

/** Reads the topology from a configuration. Two configurations with the same topology differ only in their slots. */
export const topologyIn = (text: string): string | undefined => /\bgeneration \d+ topology ([0-9a-f]+)/.exec(text)?.[1];

const topologyOf = (body: readonly string[]): string =>
	createHash('sha256')
		.update(body.filter(line => !line.startsWith('\tserver ')).join('\n'))
		.digest('hex')
		.slice(0, 32);

const renderGlobal = (generation: number, topology: string): string[] => [
	'# Written by Compartment. Changes made here are lost.',
	'global',
	`\tdescription 'generation ${generation} topology ${topology}'`,
	'\tuser haproxy',
	'\tgroup haproxy',
	`\tstats socket 127.0.0.1:${workerPort} level admin expose-fd listeners`,
	`\tmaxconn ${maxConnections}`,
	// Where the engine's limit of open files is too low for maxconn, HAProxy serves fewer connections.
	'\tno strict-limits',
	`\thard-stop-after ${hardStopMinutes}m`,
	'\tmworker-max-reloads 20',
	...renderTlsDefaults(),
];

const page = (status: number, text: string): string =>
	`\thttp-error status ${status} content-type text/plain string "${text}\\n"`;

const renderDefaults = (): string[] => [
	'defaults',
	'\tmode http',
	// Otherwise a reload loses requests that clients send while their idle connection is being closed.
	'\toption idle-close-on-response',
	'\toption disable-h2-upgrade',
	'\toption redispatch',
	'\tretries 3',
	'\tretry-on conn-failure empty-response',
	// Shorter than the five seconds after which Node.js closes an idle connection.
	'\tdefault-server pool-purge-delay 2s',
	// Servers are on a local bridge. The default would make a client wait for four tries of five seconds.
	'\ttimeout connect 1s',
	'\ttimeout client 300s',
	'\ttimeout client-fin 30s',
	'\ttimeout server 300s',
	'\ttimeout tunnel 1h',
	'\ttimeout http-request 10s',
	// Short, because an old worker lives as long as its idle connections. Not a round number, because clients that poll at
	// that interval would hit the closing connection.
	'\ttimeout http-keep-alive 8s',
	page(502, 'The service gave no valid answer.'),
	page(504, 'The service did not answer in time.'),
];

const renderEntrance = (): string[] => [
	'frontend entrance',
	`\tbind :${httpPort}`,
	...renderTlsEntrance(),
	// Some programs read X_Forwarded_For as X-Forwarded-For, so headers with unusual names are dropped.
	'\toption http-restrict-req-hdr-names delete',
	// Requests from outside the engine arrive on the router's own network. Without the variable, all count as outside.
	`\tacl is_outside dst "\${${addressVariable}-0.0.0.0/0}"`,
	...ambiguousPatterns.map(pattern => `\tacl is_ambiguous path -m reg -- ${quote(pattern)}`),
	'\thttp-request return status 400 content-type text/plain string "This path is ambiguous: write it without dot segments, empty segments and needless escapes.\\n" if !{ path -m beg / } or is_ambiguous',
	'\thttp-request return status 400 content-type text/plain string "A request names one host.\\n" if { req.fhdr_cnt(host) gt 1 } or { req.fhdr(host) -m sub , }',
	// Clients of a proxy send an absolute URI, which few services expect.
	'\thttp-request set-uri %[pathq] if !{ url -m beg / }',
	...renderUpgrade(),
	'\thttp-request del-header forwarded',
	'\thttp-request del-header x-forwarded- -m beg',
	'\thttp-request del-header x-real-ip',
	'\thttp-request set-timeout client 1h if { req.hdr(accept) -m sub text/event-stream }',
	'\thttp-request disable-l7-retry if !{ method GET HEAD OPTIONS }',
	'\thttp-request set-var(txn.path) path',
	// Case and a trailing dot do not matter. `hostOf` does the same for `route test`.
	'\thttp-request set-var(txn.host) req.fhdr(host),host_only,lower,rtrim(.)',
];

/**
 * An upgrade opens a tunnel past the rules and the password, so only WebSocket upgrades pass: one header with one
 * protocol. The rest of Connection is dropped, because a service that is itself a proxy would remove the headers named
 * there, including ours.
 */
const renderUpgrade = (): string[] => [
	'\thttp-request set-var(txn.is_websocket) bool(true) if { req.fhdr_cnt(upgrade) eq 1 } { req.fhdr(upgrade) -m str -i websocket } { req.hdr(connection) -m str -i upgrade }',
	'\thttp-request del-header connection if !{ var(txn.is_websocket) -m bool }',
	'\thttp-request del-header upgrade if !{ var(txn.is_websocket) -m bool }',
	'\thttp-request set-header Connection upgrade if { var(txn.is_websocket) -m bool }',
	'\thttp-request set-header Upgrade websocket if { var(txn.is_websocket) -m bool }',
	'\thttp-request del-header http2-settings',
];

/** Headers that a service can trust: the routed host, with the port that the client used. */
const renderForwarded = (): string[] => [
	'\thttp-request set-var(txn.port) req.fhdr(host),port_only',
	'\thttp-request set-header Host %[var(txn.host)] if { var(txn.port) -m int 0 }',
	'\thttp-request set-header Host %[var(txn.host)]:%[var(txn.port)] if !{ var(txn.port) -m int 0 }',
	'\thttp-request set-header X-Forwarded-For %[src]',
	'\thttp-request set-header X-Forwarded-Proto http if !{ ssl_fc }',
	'\thttp-request set-header X-Forwarded-Proto https if { ssl_fc }',
	'\thttp-request set-header X-Forwarded-Host %[req.fhdr(host)]',
];

function renderHosts({table, hosts}: CompiledTable): string[] {
	const byService = new Map<string, string[]>();
	for (const [host, service] of [...hosts].sort()) byService.set(service, [...(byService.get(service) ?? []), host]);
	const lines = [...byService].flatMap(([service, names]) =>
		chunks(names).map(
			some =>
				`\thttp-request set-var(txn.route) str(${backendName(table.lineage, service)}) if { var(txn.host) -m str -- ${some.map(quote).join(' ')} }`,
		),
	);
	return lines.length === 0 ? [] : [`\t# ${titleOf(table)}`, ...lines];
}

const noHost = renderHint(
	hint`No service answers at this host. The hosts of an environment: ${command('status', '--env', 'NAME')}`,
	{
		environment: 'NAME',
	},
);

const renderNoHost = (): string[] => [
	`\thttp-request return status 404 content-type text/plain string ${quote(noHost)}"\\n" if !{ var(txn.route) -m found }`,
];

/** Maps a container's address to its environment. */
const renderSender = ({table}: CompiledTable): string[] =>
	subnetsOf(table).map(subnet => `\thttp-request set-var(txn.sender) str(${table.lineage}) if { src ${subnet} }`);

/** The router is on every environment's network, but a container may reach only the hosts of its own environment. */
const renderSenders = (): string[] => [
	'\thttp-request set-var(txn.is_inside) bool(true) if !is_outside or { var(txn.sender) -m found }',
	'\thttp-request return status 403 content-type text/plain string "A container reaches the hosts of its own environment only.\\n" if { var(txn.is_inside) -m bool } !{ var(txn.route),field(1,.),strcmp(txn.sender) eq 0 }',
];

function renderRules({table, rules}: CompiledTable): string[] {
	const lines = rules.flatMap(({index, path, methods, source, target}) => {
		const acl = `${table.lineage}.${index}`;
		const paths = path.type === 'exact' ? [path.path] : [path.prefix];
		const isEverything = path.type === 'prefix' && path.prefix === '';
		return [
			...(isEverything ? [] : aclLines(acl, 'path', paths)),
			...(isEverything || path.type === 'exact' ? [] : [`\tacl ${acl} path -m beg -- ${quote(`${path.prefix}/`)}`]),
			[
				`\thttp-request set-var(txn.route) str(${target}/${index}) if { var(txn.route) -m str -- ${source} }`,
				...(methods ? [`{ method,upper -m str -- ${methods.join(' ')} }`] : []),
				...(isEverything ? [] : [acl]),
			].join(' '),
		];
	});
	return lines.length === 0 ? [] : [`\t# rules of ${titleOf(table)}`, ...lines];
}
