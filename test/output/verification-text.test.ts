import {expect, it} from 'vitest';
import type {CaaAnswer, DnsAnswer} from '../../source/certificates/verify/dns.ts';
import {judgeHost} from '../../source/certificates/verify/judge-host.ts';
import type {Reached} from '../../source/certificates/verify/reach.ts';
import type {Served} from '../../source/certificates/verify/served.ts';
import {createPaint, plainPaint} from '../../source/output/colour.ts';
import {renderVerification, type VerificationRow} from '../../source/output/domains/verification-text.ts';
import {renderHint} from '../../source/render-hint.ts';

const fingerprint = 'a'.repeat(64);

type Given = {
	readonly dns?: Partial<DnsAnswer>;
	readonly caa?: Partial<CaaAnswer>;
	readonly port80?: readonly Reached[];
	readonly served?: Served;
	readonly status?: VerificationRow['certificate']['status'];
	readonly isServed?: boolean;
	readonly issuer?: string;
};

const blog = {lineage: 'other', project: 'blog', environment: 'staging'};
const context = {
	lineage: 'own',
	tables: [{...blog, accessHash: null, hosts: {'taken.example.com': 'web'}, rules: [], backends: []}],
	certificates: [{...blog, host: '*.apps.example.com', fingerprint, notAfter: 1, hstsSeconds: 0}],
	own: ['203.0.113.5'],
	place: {listen: '0.0.0.0', port: 80, owner: undefined},
	hasAuthority: true,
	identities: ['ca.example.net'],
};

function row(
	host: string,
	{dns = {a: ['203.0.113.5']}, caa, port80, served, status = 'http', isServed = true, issuer}: Given = {},
): VerificationRow {
	const isLocal = host.endsWith('localhost');
	const isAsked = !isLocal && !host.startsWith('*.');
	const reached = (dns.a ?? []).map(address => ({address, outcome: 'router'}) as const);
	const judged = judgeHost(
		{
			host: {
				host,
				isServed,
				certificate: {
					status,
					source: issuer === undefined ? null : 'acme',
					fingerprint: issuer === undefined ? null : fingerprint,
					renewal: undefined,
					failure: null,
				},
			},
			dns: isAsked ? {a: [], aaaa: [], aliases: [], problems: {a: null, aaaa: 'ENODATA'}, ...dns} : null,
			caa: isLocal ? null : {name: null, records: [], problem: null, ...caa},
			port80: isAsked ? (port80 ?? reached) : [],
			served: served ?? (issuer === undefined ? {type: 'none'} : {type: 'certificate', fingerprint}),
		},
		context,
	);
	return {
		...judged,
		certificate: {status, issuer: issuer ?? null, notAfter: issuer === undefined ? null : '2027-02-20T00:00:00.000Z'},
		findings: judged.findings.map(({hint, ...finding}) => ({
			...finding,
			hint: hint === undefined ? null : renderHint(hint, {environment: 'production'}),
		})),
	};
}

const rows = [
	row('shop.example.com', {
		issuer: 'R11',
		status: 'https',
		caa: {name: 'example.com', records: [{critical: 0, issue: 'ca.example.net'}]},
	}),
	row('new.example.com', {dns: {problems: {a: 'ENOTFOUND', aaaa: 'ENOTFOUND'}}, isServed: false}),
	row('api.apps.example.com', {
		dns: {a: ['203.0.113.5', '203.0.113.6', '198.51.100.7']},
		port80: [
			{address: '203.0.113.5', outcome: 'router'},
			{address: '203.0.113.6', outcome: 'router'},
			{address: '198.51.100.7', outcome: 'redirect', location: 'https://api.apps.example.com/\u001b[31m'},
		],
	}),
	row('moved.example.com', {
		dns: {a: ['198.51.100.7'], aliases: ['old.example.net']},
		port80: [{address: '198.51.100.7', outcome: 'other', status: 404, server: 'nginx\u202e'}],
		caa: {name: 'moved.example.com', records: [{critical: 0, issue: 'other.org'}]},
	}),
	row('taken.example.com', {dns: {a: ['203.0.113.5']}, issuer: 'R11', status: 'expired', served: {type: 'none'}}),
	row('slow.example.com', {
		dns: {problems: {a: 'ETIMEOUT', aaaa: 'ETIMEOUT'}},
		caa: {problem: {name: 'slow.example.com', code: 'ETIMEOUT'}},
	}),
	row('*.example.com', {issuer: 'R11', status: 'waiting', served: {type: 'none'}}),
	row('notes.localhost', {issuer: 'Compartment local authority', status: 'https'}),
];

const down = {
	question: 'port80',
	status: 'problem',
	message: 'The router compartment-router does not run, so what reaches it at port 80 is not known.',
	hint: 'compartment apply starts it.',
} as const;

it('shows hosts in a table, and below it what is wrong and what to do', async () => {
	await expect(renderVerification({domains: rows, findings: [down]}, plainPaint)).toMatchFileSnapshot(
		'../../snapshots/output/domain-verify.txt',
	);
});

it('says when nothing is wrong, and when there is nothing to ask', () => {
	expect(renderVerification({domains: rows.slice(0, 1), findings: []}, plainPaint)).toMatch(
		/\n\n1 host: no problem found\.$/,
	);
	expect(renderVerification({domains: [], findings: []}, plainPaint)).toContain('Nothing to verify');
});

it('colours what has a finding, and leaves escape sequences of others out', () => {
	const paint = createPaint({stream: process.stdout, env: {}, flag: true});
	const text = renderVerification({domains: rows, findings: []}, paint);
	expect(text).toContain(paint.fail('problem'));
	expect(text).toContain('nginx.');
	expect(text.replaceAll(/\u001b\[(?:1|2|22|31|33|32|39)m/g, '')).not.toMatch(/\u001b|\u202e/);
	expect(text).not.toContain('example.com/\u001b[31m');
});

it('prints a hint once that several hosts need', () => {
	const refused: Reached = {address: '203.0.113.5', outcome: 'refused'};
	const place = {listen: '127.0.0.1', port: 9080, owner: undefined};
	const domains = ['a.example.com', 'b.example.com'].map(host => {
		const {findings} = judgeHost(
			{
				host: {
					host,
					isServed: true,
					certificate: {status: 'http', source: null, fingerprint: null, renewal: undefined, failure: null},
				},
				dns: null,
				caa: null,
				port80: [refused],
				served: {type: 'none'},
			},
			{...context, place},
		);
		return {
			...row(host),
			findings: findings.map(({hint, ...each}) => ({...each, hint: renderHint(hint!, {environment: 'production'})})),
		};
	});
	const text = renderVerification({domains, findings: []}, plainPaint);
	expect(text.match(/routerPort 80/g)).toHaveLength(1);
	expect(text.match(/refuses connections/g)).toHaveLength(2);
});
