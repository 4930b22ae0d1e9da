import {readdir, readFile} from 'node:fs/promises';
import fc from 'fast-check';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type AccessMode, httpMethods, type RouteRule} from '../../source/descriptor/project.ts';
import {folder} from '../../source/router/layout.ts';
import {matchRequest, observeRouter, probeHttp, publish} from '../../source/router/router.ts';
import type {RouteTable} from '../../source/router/table.ts';
import {accessHash, authorization} from '../router/fixtures.ts';
import {type Answer, ask, type Lab, openLab, target} from './router-lab.ts';

const services = ['web', 'api', 'admin'] as const;
const portOf = {web: 3001, api: 3002, admin: 3003} as const;

let lab: Lab;
let address: string;

beforeAll(async () => {
	lab = await openLab();
	({address} = await lab.startEcho('echo', {3001: 'web', 3002: 'api', 3003: 'admin'}));
	const probe = {address, port: 3001, path: '/', hostHeader: 'echo', timeoutMs: 10_000};
	expect(await probeHttp(lab.engine, lab.router, probe)).toMatchObject({isReady: true});
}, 90_000);

afterAll(() => lab?.close(), 30_000);

const tableOf = (rules: readonly RouteRule[], modes: Readonly<Record<string, AccessMode>>): RouteTable =>
	lab.table({
		accessHash,
		hosts: Object.fromEntries(services.map(service => [`${service}.test`, service])),
		rules,
		backends: services.map(service => ({
			service,
			accessMode: modes[service]!,
			slots: {green: target(address, portOf[service])},
			active: 'green',
		})),
	});

const service = fc.constantFrom(...services);
const segment = fc.constantFrom('a', 'a', 'b', 'b', 'api', 'api', 'apix', 'A', "it's", '$HOME', '%20', 'x,y(z)~');
const concrete = fc.array(segment, {minLength: 1, maxLength: 2}).map(parts => `/${parts.join('/')}`);
const methods = fc.option(fc.uniqueArray(fc.constantFrom(...httpMethods), {minLength: 1, maxLength: 3}), {
	nil: undefined,
});

const rule: fc.Arbitrary<RouteRule> = fc
	.record({
		on: service,
		to: service,
		base: fc.oneof({weight: 6, arbitrary: concrete}, {weight: 1, arbitrary: fc.constant('')}),
		isPrefix: fc.boolean(),
		methods,
		transform: fc.constantFrom('none', 'strip', 'replace', 'rewrite'),
		replacement: fc.oneof(concrete, fc.constantFrom('/', '/v2/')),
	})
	.map(({on, to, base, isPrefix, methods, transform, replacement}) => {
		const isExact = !isPrefix && base !== '';
		const transformed: Partial<RouteRule> =
			transform === 'rewrite'
				? {rewrite: replacement}
				: transform === 'none' || isExact
					? {}
					: transform === 'strip' && base !== ''
						? {stripPrefix: base}
						: {replacePrefix: replacement};
		return {on, to, path: isExact ? base : `${base}/*`, ...(methods ? {methods} : {}), ...transformed};
	});

type Sent = {method: string; host: string; path: string; isSignedIn: boolean};

// Mostly paths of the rules, sometimes ones that no rule may ever see.
const requestPath = fc
	.array(
		fc.oneof(
			{weight: 12, arbitrary: segment},
			{
				weight: 1,
				arbitrary: fc.constantFrom('', '.', '..', '%2e', 'a;b', '%2F', '%61', 'a.b', '%5B', '%zz', '%C3%A4', 'a|b'),
			},
		),
		{
			maxLength: 4,
		},
	)
	.map(parts => `/${parts.join('/')}`);

const sent: fc.Arbitrary<Sent> = fc
	.record({
		method: fc.constantFrom(...httpMethods, 'PROPFIND'),
		host: fc.constantFrom('web.test', 'WEB.test:9080', 'api.test', 'admin.test:80', 'nobody.test'),
		path: requestPath,
		query: fc.constantFrom('', '', '?', '?x=1', '?a=/../b&c=%00'),
		isSignedIn: fc.boolean(),
	})
	.map(({method, host, path, query, isSignedIn}) => ({method, host, path: path + query, isSignedIn}));

/** The expected response, from the rules alone. */
function expected(table: RouteTable, {method, host, path, isSignedIn}: Sent) {
	const match = matchRequest(table, method, host, path);
	if (match.result === 'ambiguous') return {status: 400};
	if (match.result === 'no-host') return {status: 404};
	if (match.access === 'password' && !isSignedIn) return {status: 401};
	return {
		status: 200,
		name: match.service,
		url: match.upstreamPath,
		prefix: match.rule?.stripPrefix,
		authorization: undefined,
	};
}

function seen({status, echo}: Answer) {
	if (!echo) return {status};
	const {name, url, headers} = echo;
	return {status, name, url, prefix: headers['x-forwarded-prefix'], authorization: headers['authorization']};
}

test('the router handles every request as the compiled rules say', async () => {
	const mode = fc.constantFrom<AccessMode>('public', 'authenticated');
	const modes = fc.record({web: mode, api: mode, admin: mode});
	const round = fc.record({
		rules: fc.array(rule, {maxLength: 6}),
		modes,
		requests: fc.array(sent, {minLength: 80, maxLength: 80}),
	});
	const tally = new Map<string, number>();
	await fc.assert(
		fc.asyncProperty(round, async ({rules, modes, requests}) => {
			const table = tableOf(rules, modes);
			await publish(lab.engine, lab.router, table);
			await Promise.all(
				requests.map(async request => {
					const {method, host, path, isSignedIn} = request;
					const headers = {...(isSignedIn ? {authorization} : {}), 'x-forwarded-prefix': '/spoofed'};
					const answer = seen(await ask(lab.router, {method, host, path, headers}));
					expect({request, ...answer}).toEqual({request, ...expected(table, request)});
					const match = matchRequest(table, method, host, path);
					const kind = match.result === 'service' && match.rule ? 'rule' : String(answer.status);
					tally.set(kind, (tally.get(kind) ?? 0) + 1);
				}),
			);
		}),
		{numRuns: 15, endOnFailure: true},
	);
	// The requests are random; this checks that each outcome occurred.
	for (const kind of ['rule', '200', '400', '401', '404']) expect(tally.get(kind) ?? 0, kind).toBeGreaterThan(5);
}, 90_000);

test('HAProxy accepts the golden configurations', async () => {
	const directory = new URL('../../snapshots/router/', import.meta.url);
	const {containerId} = await observeRouter(lab.engine, lab.router);
	const names = (await readdir(directory)).filter(name => name.endsWith('.cfg'));
	expect(names.length).toBeGreaterThan(2);
	for (const name of names) {
		const path = `${folder}/golden-${name}`;
		await lab.engine.writeFiles(containerId!, [{path, content: await readFile(new URL(name, directory))}]);
		const result = await lab.engine.exec(containerId!, ['haproxy', '-c', '-f', path], {user: '0'});
		expect(result, name).toMatchObject({exitCode: 0});
		// The lab has no certificate, as most routers.
		const said = result.stderr.replace(/^.*no SSL certificate specified for bind ':8443'.*\n/m, '');
		expect(said, name).not.toMatch(/WARNING|ALERT/);
	}
});
