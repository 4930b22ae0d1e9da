import type {ApplyEvent, StepOutline} from '../../source/apply/events.ts';

const start = Date.parse('2025-11-20T04:20:00.000Z');

const outline = (
	address: string,
	sign: string,
	kind: StepOutline['kind'],
	dependsOn: readonly string[] = [],
): StepOutline => ({
	address,
	kind,
	sign,
	reason: 'first deployment',
	dependsOn,
});

const seconds = (count: number) => start + count * 1000;

/** An apply in which the database comes up, web is ready, and api never answers, so that web is held back. */
export const failingApply: readonly ApplyEvent[] = [
	{
		type: 'apply-started',
		at: start,
		run: 'run_01k',
		steps: [
			outline('network', '+', 'create'),
			outline('resource.db', '+', 'create', ['network']),
			outline('image.web', '+', 'create'),
			outline('service.api', '+', 'create', ['resource.db']),
			outline('service.web', '+/-', 'replace', ['image.web']),
			outline('routes', '~', 'update', ['service.api', 'service.web']),
		],
	},
	{type: 'step-started', at: start, address: 'network'},
	{type: 'step-done', at: start + 70, address: 'network', durationMs: 70},
	{type: 'step-started', at: start + 70, address: 'resource.db'},
	{type: 'step-started', at: start + 70, address: 'image.web'},
	{type: 'log', at: start + 90, address: 'image.web', stream: 'build', text: '\x1b[1m#1\x1b[0m npm ci\n'},
	{type: 'step-progress', at: seconds(1), address: 'image.web', message: 'layer 4/9, 62 %'},
	{type: 'step-progress', at: seconds(1.5), address: 'image.web', message: 'layer 5/9, 70 %'},
	{
		type: 'step-done',
		at: seconds(4),
		address: 'resource.db',
		durationMs: 3930,
		message: 'port 5432 accepts connections',
	},
	{type: 'step-done', at: seconds(12), address: 'image.web', durationMs: 11_930},
	{type: 'step-started', at: seconds(12), address: 'service.api'},
	{type: 'step-started', at: seconds(12), address: 'service.web'},
	{type: 'log', at: seconds(12), address: 'service.api', stream: 'stderr', text: 'connecting to \x1b]0;x\x07db\x1b[2J'},
	{type: 'step-progress', at: seconds(13), address: 'service.api', message: 'GET /healthz → 503, try 1'},
	{type: 'step-progress', at: seconds(13.5), address: 'service.api', message: 'GET /healthz → 503, try 6'},
	{type: 'step-progress', at: seconds(13.5), address: 'service.web', message: 'ready, waiting for the switch'},
	{type: 'step-progress', at: seconds(16), address: 'service.api', message: 'GET /healthz → 503, try 31'},
	{type: 'notice', at: seconds(20), level: 'warning', message: 'the engine answered slowly (2.1 s)'},
	{
		type: 'step-failed',
		at: seconds(43),
		address: 'service.api',
		durationMs: 31_000,
		message: 'not ready: GET /healthz did not answer 2xx within 30000 ms',
		failure: {
			message: 'not ready',
			lastProbe: '503 Service Unavailable',
			exitCode: 137,
			isOutOfMemory: true,
			lastLines: ['starting', 'Error: cannot reach db\x1b[31m', '    at connect (server.js:12:9)'],
		},
	},
	{type: 'step-held-back', at: seconds(43), address: 'service.web', durationMs: 31_000, reason: 'service.api failed'},
	{type: 'step-skipped', at: seconds(43), address: 'routes', reason: 'service.api failed'},
	{
		type: 'apply-finished',
		at: seconds(43),
		result: {
			mode: 'apply',
			environment: 'production',
			outcome: 'failed',
			durationMs: 43_000,
			done: 3,
			failed: 1,
			heldBack: 1,
			skipped: 1,
			urls: [],
			resources: [{name: 'db', host: 'db.production.internal-tools.resource.internal'}],
			keptVolumes: [],
		},
	},
];

/** A small apply that works. */
export const workingApply: readonly ApplyEvent[] = [
	{
		type: 'apply-started',
		at: start,
		run: 'run_02k',
		steps: [outline('service.web', '+/-', 'replace')],
	},
	{type: 'step-started', at: start, address: 'service.web'},
	{type: 'step-done', at: seconds(65), address: 'service.web', durationMs: 65_000},
	{
		type: 'apply-finished',
		at: seconds(65),
		result: {
			mode: 'apply',
			environment: 'production',
			outcome: 'done',
			durationMs: 65_000,
			done: 1,
			failed: 0,
			heldBack: 0,
			skipped: 0,
			urls: [
				{service: 'web', url: 'http://internal-tools.localhost:9080', accessMode: 'authenticated'},
				{service: 'api', url: 'http://api-internal-tools.localhost:9080', accessMode: 'public'},
			],
			resources: [],
			keptVolumes: [],
		},
	},
];
