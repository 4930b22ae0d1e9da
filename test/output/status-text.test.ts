import {describe, expect, it} from 'vitest';
import type {Health} from '../../source/model/health-facts.ts';
import {createPaint, plainPaint} from '../../source/output/colour.ts';
import {asciiGlyphs, unicodeGlyphs} from '../../source/output/glyphs.ts';
import {jsonDocument} from '../../source/output/json.ts';
import {type StatusReport, statusDocument} from '../../source/output/status/status-report.ts';
import {renderStatus} from '../../source/output/status/status-text.ts';
import {renderTable} from '../../source/output/table.ts';

const now = Date.parse('2025-11-20T12:00:00.000Z');

const fine: Health = {state: 'healthy', cause: null, restarts: 0, lastExit: null};

const report: StatusReport = {
	project: 'internal-tools',
	environment: 'production',
	services: [
		{
			name: 'web',
			kind: 'web',
			health: {...fine, restarts: 1, lastExit: {code: 0, isOutOfMemory: false, at: now - 7_200_000}},
			stage: 'active',
			deployment: 'dpl_01kaf3x9',
			createdAt: now - 3 * 3_600_000,
			url: 'http://internal-tools.localhost:9080',
			accessMode: 'public',
			image: 'compartment/internal-tools/production/web:4f1c',
			failedAttempt: {
				deployment: 'dpl_01kafz2b',
				stage: 'checking_readiness',
				at: now - 5 * 60_000,
				message: 'GET /ready → 503 for 30 s\x1b[2J',
			},
		},
		{
			name: 'api',
			kind: 'api',
			health: {
				state: 'crashing',
				cause: 'restarted 7 times in 60 s, last exit 137, out of memory',
				restarts: 9,
				lastExit: {code: 137, isOutOfMemory: true, at: now - 3000},
			},
			candidate: {deployment: 'dpl_01kafz3d', createdAt: now - 9000, health: fine},
			stage: 'draining_previous',
			deployment: 'dpl_01kafz2c',
			createdAt: now - 42_000,
			url: null,
			accessMode: null,
		},
		{
			name: 'back-office',
			kind: 'web',
			health: {...fine, state: 'none'},
			stage: null,
			deployment: null,
			createdAt: null,
			url: 'http://back-office-internal-tools.localhost:9080',
			accessMode: 'authenticated',
		},
	],
	resources: [
		{
			name: 'db',
			health: {...fine, state: 'hung', cause: 'does not answer port 5432: Connection refused\x1b[2J'},
			host: 'db.production.internal-tools.resource.internal',
			image: 'postgres:16-alpine',
		},
		{
			name: 'cache',
			health: {...fine, state: 'stopped'},
			host: 'cache.production.internal-tools.resource.internal',
			image: 'valkey/valkey:8',
		},
	],
	router: {status: 'running', listen: '127.0.0.1:9080', isUsed: true},
};

const options = {paint: plainPaint, glyphs: unicodeGlyphs, now};

describe('the status', () => {
	it('looks as recorded', async () => {
		const snapshot = (name: string) => `../../snapshots/output/${name}`;
		await expect(`${renderStatus(report, options)}\n`).toMatchFileSnapshot(snapshot('status.txt'));
		await expect(`${renderStatus(report, {...options, glyphs: asciiGlyphs, isVerbose: true})}\n`).toMatchFileSnapshot(
			snapshot('status-verbose-ascii.txt'),
		);
		await expect(jsonDocument(statusDocument(report))).toMatchFileSnapshot(snapshot('status.json'));
	});

	it('says that nothing is deployed, without empty tables', () => {
		const text = renderStatus({...report, services: [], resources: []}, options);
		expect(text).toContain('No deployments found for internal-tools/production.');
		expect(text).not.toContain('RESOURCE');
	});

	it('does not mention a router that the environment does not use', () => {
		expect(renderStatus(report, options)).toContain('Router running');
		expect(renderStatus({...report, router: {...report.router, isUsed: false}}, options)).not.toContain('Router');
	});

	it('omits the least important columns that do not fit, unless verbose', () => {
		const narrow = {...options, columns: 80};
		expect(renderStatus(report, narrow)).not.toContain('IMAGE');
		expect(renderStatus(report, narrow)).not.toContain('DEPLOYMENT');
		expect(renderStatus(report, {...narrow, isVerbose: true})).toContain('DEPLOYMENT');
	});

	it('quotes the environment name in a command', () => {
		expect(renderStatus({...report, environment: "qa's"}, options)).toContain(`--service web --env 'qa'\\''s'`);
	});

	it('sanitises untrusted text and colours only by meaning', () => {
		expect(renderStatus(report, options)).not.toContain('\x1b');
		const paint = createPaint({stream: {}, env: {}, flag: true});
		expect(renderStatus(report, {...options, paint})).toContain('\x1b[32mhealthy');
	});
});

describe('a table', () => {
	const columns = [
		{title: 'NAME', value: ({name}: {name: string; count: number}) => name},
		{title: 'COUNT', value: ({count}: {name: string; count: number}) => String(count), align: 'right' as const},
	];

	it('aligns by cells, not by characters', () => {
		expect(
			renderTable(columns, [
				{name: '你好', count: 5},
				{name: 'abc', count: 12_345},
			]),
		).toBe(['NAME  COUNT', '你好      5', 'abc   12345'].join('\n'));
	});

	it('cuts wide cells and does not count colours', () => {
		const text = renderTable(
			[
				{title: 'A', value: (row: string) => row, maxWidth: 4, style: (cell: string) => `<${cell}>`},
				{title: 'B', value: () => 'x'},
			],
			['abcdef', 'ab'],
		);
		expect(text).toBe('A     B\n<abc…>  x\n<ab  >  x');
	});

	it('has only its titles without rows', () => {
		expect(renderTable(columns, [])).toBe('NAME  COUNT');
	});
});
