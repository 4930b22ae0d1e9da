import type {ApplyEvent, ApplyResult, StepOutline} from '../../source/apply/events.ts';
import {actionsToApprove} from '../../source/plan/approval.ts';
import {type Plan, signOf} from '../../source/plan/plan.ts';
import {firstDeploy} from './plans.ts';

/** An event without its time: `playOn` puts it in. */
export type Happening = ApplyEvent extends infer Event ? (Event extends ApplyEvent ? Omit<Event, 'at'> : never) : never;

export const outlineOf = (plan: Plan): StepOutline[] =>
	actionsToApprove(plan).map(action => ({
		address: action.address,
		kind: action.kind,
		sign: signOf(action),
		reason: action.reasons[0] ?? '',
		dependsOn: action.dependsOn,
	}));

export const started = (plan: Plan = firstDeploy()): Happening => ({
	type: 'apply-started',
	run: 'run-1',
	steps: outlineOf(plan),
});

export const begin = (address: string): Happening => ({type: 'step-started', address});

export const says = (address: string, message: string): Happening => ({type: 'step-progress', address, message});

export const done = (address: string, durationMs = 420, message?: string): Happening => ({
	type: 'step-done',
	address,
	durationMs,
	...(message === undefined ? {} : {message}),
});

export const log = (address: string, text: string): Happening => ({type: 'log', address, stream: 'stdout', text});

/** Up to the moment when the database is ready and both services are being made. */
export const untilServices = (): Happening[] => [
	started(),
	...['network', 'router', 'volume.db.data', 'image.api', 'image.web', 'resource.db'].map(begin),
	done('network', 182),
	done('volume.db.data', 35),
	done('router', 1240, 'listens on 127.0.0.1:9080'),
	says('image.api', 'layer 4/9'),
	log('image.api', '#5 [2/4] COPY package.json .\n#6 [3/4] RUN npm ci\n'),
	done('image.web', 4100, 'sha256:5e9c21'),
	done('image.api', 6800, 'sha256:1f02d7'),
	says('resource.db', 'tcp 5432 → refused, try 3'),
	log('resource.db', 'database system is ready to accept connections'),
	done('resource.db', 3420, 'ready after 3 tries'),
	begin('service.api'),
	begin('service.web'),
	log('service.api', 'listening on port 3000'),
	says('service.api', 'GET /healthz → 503, try 7'),
];

const heldBack = (address: string, reason: string, durationMs = 420): Happening => ({
	type: 'step-held-back',
	address,
	durationMs,
	reason,
});

export const ended = (part: Partial<ApplyResult> = {}): Happening => ({
	type: 'apply-finished',
	result: {
		mode: 'apply',
		environment: 'production',
		outcome: 'failed',
		durationMs: 15_000,
		done: 0,
		failed: 0,
		heldBack: 0,
		skipped: 0,
		urls: [],
		resources: [],
		keptVolumes: [],
		...part,
	},
});

const action = (address: string, dependsOn: readonly string[] = []): StepOutline => ({
	address,
	kind: 'replace',
	sign: '+/-',
	reason: 'source changed',
	dependsOn,
});

const siblings = ['web', 'flood', 'crash', ...Array.from({length: 9}, (_, index) => `svc-0${index}`)];

/** One build and one readiness fail among fifteen services; the other twelve are ready. */
export const twoCauses = (): Happening[] => [
	{
		type: 'apply-started',
		run: 'run-1',
		steps: [
			action('image.broken'),
			...siblings.flatMap(name => [action(`image.${name}`), action(`service.${name}`, [`image.${name}`])]),
			action('service.broken', ['image.broken']),
			action('service.unready'),
			action('service.a-customer-portal-with-a-very-long-name'),
		],
	},
	...['image.broken', ...siblings.map(name => `image.${name}`)].map(begin),
	log('image.broken', 'npm error code ERESOLVE\nnpm error ERESOLVE could not resolve'),
	...siblings.map(name => done(`image.${name}`, 3100)),
	...[...siblings, 'unready', 'a-customer-portal-with-a-very-long-name'].map(name => begin(`service.${name}`)),
	...siblings.map(name => says(`service.${name}`, 'ready, waiting for the switch')),
	{type: 'step-failed', address: 'image.broken', durationMs: 7000, message: 'build: RUN npm ci: exit code 1'},
	{type: 'step-skipped', address: 'service.broken', reason: 'image.broken failed'},
	...siblings.map(name => heldBack(`service.${name}`, 'image.broken failed')),
	says('service.a-customer-portal-with-a-very-long-name', 'GET / → 503, try 7'),
	log('service.unready', 'waiting for the queue'),
	{
		type: 'step-failed',
		address: 'service.unready',
		durationMs: 15_000,
		message: 'GET / did not answer 2xx within 15 s, 47 tries',
		failure: {message: 'not ready', lastProbe: 'GET / → 503', lastLines: ['waiting for the queue']},
	},
];

export const failure: Happening = {
	type: 'step-failed',
	address: 'service.api',
	durationMs: 30_120,
	message: 'not ready within 30 s',
	failure: {message: 'not ready within 30 s', lastProbe: 'GET /healthz → 503', exitCode: 1, lastLines: ['no database']},
};
