import {describe, expect, it} from 'vitest';
import {caaFindings, judgeCaa} from '../../source/certificates/verify/caa.ts';
import {certificateFindings} from '../../source/certificates/verify/certificate-findings.ts';
import {claimFindings, findClaims} from '../../source/certificates/verify/claims.ts';
import {identitiesIn} from '../../source/certificates/verify/directory.ts';
import type {CaaAnswer, DnsAnswer} from '../../source/certificates/verify/dns.ts';
import {dnsFindings} from '../../source/certificates/verify/dns-findings.ts';
import type {HostFinding} from '../../source/certificates/verify/findings.ts';
import {isPublic, ownAddresses} from '../../source/certificates/verify/own-addresses.ts';
import {type PortPlace, portFindings} from '../../source/certificates/verify/port-findings.ts';
import type {Reached} from '../../source/certificates/verify/reach.ts';
import {machineOf, reachableAt} from '../../source/certificates/verify/served.ts';
import {renderHint} from '../../source/render-hint.ts';

const host = 'shop.example.com';

/** Findings as a user reads them. */
const read = (findings: readonly HostFinding[]): string[] =>
	findings.map(
		({status, message, hint}) =>
			`${status}: ${message}${hint === undefined ? '' : ` → ${renderHint(hint, {environment: 'production'})}`}`,
	);

describe('CAA records', () => {
	const of = (...records: CaaAnswer['records']): CaaAnswer => ({name: 'example.com', records, problem: null});
	const ours = ['ca.example.net', 'ca.example.org'];

	it.each<[string, CaaAnswer, string, readonly string[] | null, string]>([
		['none', {name: null, records: [], problem: null}, host, ours, 'anyone'],
		['only where to report', of({critical: 0, iodef: 'mailto:a@b.c'}), host, ours, 'anyone'],
		[
			'the authority',
			of({critical: 0, issue: 'other.org'}, {critical: 0, issue: 'CA.example.org'}),
			host,
			ours,
			'allowed',
		],
		['another', of({critical: 0, issue: 'other.org'}), host, ours, 'denied'],
		['nobody', of({critical: 0, issue: ';'}), host, ours, 'denied'],
		['nobody, whoever is asked', of({critical: 0, issue: ''}), host, null, 'denied'],
		['some, and it is not known who is asked', of({critical: 0, issue: 'other.org'}), host, null, 'restricted'],
		['some, and the authority has no name', of({critical: 0, issue: 'other.org'}), host, [], 'restricted'],
		['wildcards only, for a host', of({critical: 0, issuewild: 'other.org'}), host, ours, 'anyone'],
		[
			'wildcards for others',
			of({critical: 0, issue: 'ca.example.net'}, {critical: 0, issuewild: ';'}),
			'*.example.com',
			ours,
			'denied',
		],
		['hosts, which is for wildcards too', of({critical: 0, issue: 'ca.example.net'}), '*.example.com', ours, 'allowed'],
		['another method', of({critical: 0, issue: 'ca.example.net; validationmethods=dns-01'}), host, ours, 'denied'],
		[
			'this method',
			of({critical: 0, issue: 'ca.example.net; accounturi=x; validationmethods=dns-01,http-01'}),
			host,
			ours,
			'allowed',
		],
		[
			'dns-01, for a wildcard',
			of({critical: 0, issue: 'ca.example.net;validationmethods=dns-01'}),
			'*.example.com',
			ours,
			'allowed',
		],
		[
			'an unknown critical record',
			of({critical: 0, issue: 'ca.example.net'}, {critical: 128, tbs: 'x'} as never),
			host,
			ours,
			'denied',
		],
		[
			'an unknown record',
			of({critical: 0, issue: 'ca.example.net'}, {critical: 0, tbs: 'x'} as never),
			host,
			ours,
			'allowed',
		],
		['no answer', {name: null, records: [], problem: {name: 'example.com', code: 'ESERVFAIL'}}, host, ours, 'unknown'],
	])('that name %s', (_, answer, name, identities, status) => {
		expect(judgeCaa(answer, name, identities).status).toBe(status);
	});

	it('that deny the authority say which record is missing', () => {
		const findings = (answer: CaaAnswer, name = host) =>
			read(caaFindings(judgeCaa(answer, name, ours), answer, name, ours));
		expect([
			...findings(of({critical: 0, issue: 'other.org'})),
			...findings(of({critical: 0, issue: ';'})),
			...findings(of({critical: 0, issue: 'ca.example.net'}, {critical: 0, issuewild: 'other.org'}), '*.example.com'),
			...findings({name: null, records: [], problem: {name: 'example.com', code: 'ESERVFAIL'}}),
			...findings(of({critical: 0, issue: 'ca.example.net'})),
		]).toMatchInlineSnapshot(`
			[
			  "problem: The CAA records of example.com let other.org issue for shop.example.com, but not ca.example.net. → Add this record at your DNS provider: example.com. CAA 0 issue "ca.example.net"",
			  "problem: The CAA records of example.com let no authority issue for shop.example.com. → Add this record at your DNS provider: example.com. CAA 0 issue "ca.example.net"",
			  "problem: The CAA records of example.com let other.org issue for *.example.com, but not ca.example.net. → Add this record at your DNS provider: example.com. CAA 0 issuewild "ca.example.net"",
			  "problem: DNS does not say which authorities may issue for shop.example.com: it fails for the CAA records of example.com (ESERVFAIL). → Authorities issue nothing then. Check the name servers of the domain: dig +trace CAA example.com",
			]
		`);
	});

	it('are compared with the names in a directory', () => {
		expect(identitiesIn('{"meta": {"caaIdentities": ["a.org", 7]}}')).toEqual(['a.org']);
		for (const text of ['{}', 'null', '{"meta": {"caaIdentities": "a.org"}}']) expect(identitiesIn(text)).toEqual([]);
	});
});

describe('DNS', () => {
	const answer = (parts: Partial<DnsAnswer> = {}): DnsAnswer => ({
		a: [],
		aaaa: [],
		aliases: [],
		problems: {a: 'ENODATA', aaaa: 'ENODATA'},
		...parts,
	});
	const own = ['203.0.113.5', '2001:db8::5'];

	it('is fine with one public address', () => {
		expect(dnsFindings(host, answer({a: ['203.0.113.5']}), own)).toEqual([]);
		expect(dnsFindings(host, answer({aaaa: ['2001:db8::5'], a: ['10.0.0.1']}), own)).toEqual([]);
	});

	it('that lacks an address gets the record to make', () => {
		expect(
			[
				dnsFindings(host, answer({problems: {a: 'ENOTFOUND', aaaa: 'ENOTFOUND'}}), own),
				dnsFindings(host, answer(), []),
				dnsFindings(host, answer({aliases: ['a.example.net', 'b.example.net']}), own.slice(0, 1)),
				dnsFindings(host, answer({problems: {a: 'ESERVFAIL', aaaa: 'ESERVFAIL'}}), own),
				dnsFindings(host, answer({problems: {a: 'ETIMEOUT', aaaa: 'ENODATA'}}), own),
				dnsFindings(host, answer({a: ['203.0.113.5'], problems: {a: null, aaaa: 'ESERVFAIL'}}), own),
				dnsFindings(host, answer({a: ['192.168.1.4', '127.0.0.1']}), ['192.168.1.4']),
			].flatMap(read),
		).toMatchInlineSnapshot(`
			[
			  "problem: shop.example.com does not exist in DNS. → At your DNS provider, make these records: shop.example.com. A 203.0.113.5 and shop.example.com. AAAA 2001:db8::5",
			  "problem: shop.example.com has no address in DNS. → At your DNS provider, make this record: shop.example.com. A ADDRESS, with the public address of the router's machine",
			  "problem: shop.example.com is an alias of b.example.net, which has no address in DNS. → At your DNS provider, correct the alias, or replace it with this record: shop.example.com. A 203.0.113.5",
			  "problem: DNS fails for shop.example.com: SERVFAIL. → Check the name servers of the domain: dig +trace shop.example.com",
			  "problem: DNS gives no answer for shop.example.com in time. → Check the name servers of the domain: dig +trace shop.example.com",
			  "warning: DNS fails for the AAAA records of shop.example.com: SERVFAIL. → Check the name servers of the domain: dig +trace shop.example.com",
			  "warning: shop.example.com has private addresses only (192.168.1.4, 127.0.0.1): authorities on the internet cannot reach it. → For a certificate of such an authority, it needs this record: shop.example.com. A ADDRESS, with the public address of the router's machine",
			]
		`);
	});
});

describe('port 80', () => {
	const public80: PortPlace = {listen: '0.0.0.0', port: 80, owner: undefined};
	const read80 = (reached: readonly Reached[], place = public80) =>
		read(portFindings(host, reached, place, ['203.0.113.5', '2001:db8::5']));

	it('that reaches the router is fine', () => {
		expect(read80([{address: '203.0.113.5', outcome: 'router'}])).toEqual([]);
		expect(read80([])).toEqual([]);
	});

	it('tells apart what else answers, and where the router listens instead', async () => {
		const elsewhere = '198.51.100.7';
		const outcomes: Reached[] = [
			{address: elsewhere, outcome: 'refused'},
			{address: elsewhere, outcome: 'timeout'},
			{address: '2001:db8::7', outcome: 'unreachable', code: 'ENETUNREACH'},
			{address: elsewhere, outcome: 'redirect', location: 'https://shop.example.com/'},
			{address: elsewhere, outcome: 'other', status: 404, server: 'nginx'},
			{address: elsewhere, outcome: 'other', status: 404, server: null},
			{address: elsewhere, outcome: 'other', status: null, server: null},
		];
		const places: PortPlace[] = [
			{listen: '0.0.0.0', port: 9080, owner: undefined},
			{listen: '127.0.0.1', port: 9080, owner: undefined},
			{listen: '127.0.0.1', port: 80, owner: undefined},
			{listen: '127.0.0.1', port: 9080, owner: 'container proxy'},
		];
		const refused = [{address: '203.0.113.5', outcome: 'refused'}] as const;
		const texts = [
			...outcomes.flatMap(each => read80([each])),
			...places.flatMap(place => read80(refused, place)),
			...read80([outcomes[0]!], places[0]),
		];
		await expect(`${texts.join('\n').replaceAll(' → ', '\n  ')}\n`).toMatchFileSnapshot(
			'../../snapshots/output/domain-verify-port-80.txt',
		);
	});

	it('of one of two addresses is a problem of that record', () => {
		expect(
			[
				read80([
					{address: '203.0.113.5', outcome: 'router'},
					{address: '2001:db8::9', outcome: 'timeout'},
				]),
				read80([
					{address: '203.0.113.5', outcome: 'router'},
					{address: '2001:db8::9', outcome: 'unreachable', code: 'ENETUNREACH'},
				]),
				read80([
					{address: '203.0.113.5', outcome: 'router'},
					{address: '198.51.100.7', outcome: 'other', status: 200, server: 'nginx'},
				]),
			].flat(),
		).toMatchInlineSnapshot(`
			[
			  "problem: shop.example.com leads to 2001:db8::9, where port 80 gives no answer within 5 s. → Authorities prefer IPv6. Correct or remove this record: shop.example.com. AAAA 2001:db8::9",
			  "warning: shop.example.com leads to 2001:db8::9, which this machine cannot reach (ENETUNREACH). → Authorities prefer IPv6. Correct or remove this record: shop.example.com. AAAA 2001:db8::9",
			  "problem: shop.example.com leads to 198.51.100.7, where another server answers: status 200 from nginx. → Authorities may ask each address. Correct or remove this record: shop.example.com. A 198.51.100.7",
			]
		`);
	});
});

describe('claims of other environments', () => {
	const blog = {lineage: 'other', project: 'blog', environment: 'staging'};
	const table = {...blog, accessHash: null, hosts: {[host]: 'web'}, rules: [], backends: []};
	const certificate = {...blog, host, fingerprint: 'a'.repeat(64), notAfter: 1, hstsSeconds: 0};

	it('are routes, certificates and wildcards', () => {
		const claims = findClaims(host, 'own', [table], [certificate, {...certificate, host: '*.example.com'}]);
		expect(claims.map(({type}) => type)).toEqual(['host', 'certificate', 'wildcard']);
		expect(read(claimFindings(host, claims))).toMatchInlineSnapshot(`
			[
			  "problem: shop.example.com belongs to project blog, environment staging. → Two environments cannot share a host. Remove it from compartment.yml in the folder of project blog, then run there compartment apply --env staging",
			  "problem: The router has a certificate for shop.example.com of project blog, environment staging. → Remove it in the folder of project blog: compartment domain remove shop.example.com --env staging, then compartment apply --env staging",
			  "warning: The router serves shop.example.com with the certificate for *.example.com of project blog, environment staging, unless this environment has one for it.",
			]
		`);
	});

	it('are not those of this one, or of other hosts', () => {
		const own = {lineage: 'own'};
		expect(findClaims(host, 'own', [{...table, ...own}], [{...certificate, ...own}])).toEqual([]);
		expect(findClaims('a.shop.example.com', 'own', [table], [certificate])).toEqual([]);
	});
});

describe('a certificate', () => {
	const fingerprint = 'a'.repeat(64);
	const stored = {source: 'file', fingerprint, renewal: 'renew it', failure: null};
	const serves = (text: string) => ({type: 'certificate', fingerprint: text}) as const;

	it('that is served is fine, and so is none', () => {
		expect(certificateFindings(host, {...stored, status: 'https'}, serves(fingerprint))).toEqual([]);
		expect(
			certificateFindings(host, {...stored, status: 'http', fingerprint: null}, {type: 'unreachable', reason: 'x'}),
		).toEqual([]);
	});

	it('that is not served, not installed, or too old is named', () => {
		expect(
			[
				certificateFindings(host, {...stored, status: 'https'}, serves('b'.repeat(64))),
				certificateFindings(host, {...stored, status: 'https'}, {type: 'none'}),
				certificateFindings(host, {...stored, status: 'https'}, {type: 'unreachable', reason: 'ECONNREFUSED'}),
				certificateFindings(host, {...stored, status: 'waiting'}, {type: 'none'}),
				certificateFindings(host, {...stored, status: 'expired'}, {type: 'none'}),
				certificateFindings(host, {...stored, status: 'due'}, {type: 'none'}),
			].flatMap(read),
		).toMatchInlineSnapshot(`
			[
			  "problem: The router serves another certificate for shop.example.com (SHA-256 bbbbbbbbbbbbbbbb) than the one that is installed (aaaaaaaaaaaaaaaa). → compartment apply installs it again.",
			  "problem: The router serves no certificate for shop.example.com, though one is installed. → compartment apply installs it again.",
			  "warning: Which certificate the router serves for shop.example.com is not known: ECONNREFUSED.",
			  "warning: The certificate of shop.example.com is not installed yet. → compartment apply installs it.",
			  "problem: The certificate of shop.example.com has expired. → renew it",
			  "warning: Less than a third of the life of the certificate of shop.example.com is left. → renew it",
			  "problem: The router serves no certificate for shop.example.com, though one is installed. → compartment apply installs it again.",
			]
		`);
	});

	it('that was not issued is a problem without one, and a warning beside a valid one', () => {
		const failure = 'the ACME server cannot reach the host on port 80';
		const find = (status: 'failed' | 'https') =>
			certificateFindings('shop.example.com', {...stored, status, failure}, serves(fingerprint)).map(each => [
				each.status,
				each.message,
			]);
		const message = `No certificate was issued for shop.example.com: ${failure}.`;
		expect(find('failed')).toEqual([['problem', message]]);
		expect(find('https')).toEqual([['warning', message]]);
	});
});

describe('the addresses of the router', () => {
	const interfaces = ['127.0.0.1', '10.0.0.4', '203.0.113.5', 'fe80::1', '2001:db8::5'];

	it.each([
		['the public ones of this machine', {listen: '0.0.0.0'}, ['203.0.113.5', '2001:db8::5']],
		['where it listens', {listen: '203.0.113.9'}, ['203.0.113.9', '2001:db8::5']],
		['those of other hosts that lead to it', {reaching: ['10.0.0.7', '198.51.100.1']}, ['10.0.0.7', '2001:db8::5']],
		['the machine of the engine', {machine: '198.51.100.2'}, ['198.51.100.2']],
		['unknown for an engine with a name', {machine: 'server.internal'}, []],
		['unknown behind a NAT', {interfaces: ['192.168.1.4', '::1', 'fd00::1']}, []],
	])('are %s', (_, parts, addresses) => {
		expect(ownAddresses({listen: '127.0.0.1', machine: undefined, reaching: [], interfaces, ...parts})).toEqual(
			addresses,
		);
	});

	it.each([
		'10.1.2.3',
		'172.31.0.1',
		'192.168.0.1',
		'127.0.0.9',
		'169.254.1.1',
		'100.100.0.1',
		'::1',
		'::',
		'fd12::1',
		'fe80::1',
		'x',
	])('%s is not public', address => {
		expect(isPublic(address)).toBe(false);
	});

	it('tell where its ports are reached', () => {
		expect(
			[
				'unix:///var/run/docker.sock',
				'tcp://127.0.0.1:2375',
				'tcp://localhost:2375',
				'tcp://[::1]:2375',
				'memory:',
			].map(address => machineOf({address, isLocal: false})),
		).toEqual([undefined, undefined, undefined, undefined, undefined]);
		expect(
			['tcp://203.0.113.5:2376', 'ssh://me@server', 'tcp://[2001:db8::1]:1'].map(address =>
				machineOf({address, isLocal: false}),
			),
		).toEqual(['203.0.113.5', 'server', '2001:db8::1']);
		expect(machineOf({address: 'ssh://me@server', isLocal: true})).toBeUndefined();
		expect(reachableAt({listen: '0.0.0.0', machine: undefined})).toBe('127.0.0.1');
		expect(reachableAt({listen: '::', machine: undefined})).toBe('::1');
		expect(reachableAt({listen: '0.0.0.0', machine: 'server'})).toBe('server');
		expect(reachableAt({listen: '127.0.0.1', machine: 'server'})).toBeUndefined();
		expect(reachableAt({listen: '203.0.113.5', machine: 'server'})).toBe('203.0.113.5');
		expect(reachableAt({listen: '127.0.0.5', machine: undefined})).toBe('127.0.0.5');
	});
});
