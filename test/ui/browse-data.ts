import type {
	EnvironmentView,
	EventView,
	Figures,
	ImageView,
	LoadView,
	ObjectView,
	TabContent,
} from '../../source/ui/dashboard/data.ts';
import {createDashboardStore} from '../../source/ui/dashboard/store.ts';
import type {Keymap} from '../../source/ui/keys/keymap.ts';
import {createLogPool} from '../../source/ui/logs/log-pool.ts';
import {corpus, hostile, hostileText} from './hostile.ts';

/** The moment of every picture: milliseconds since the epoch. */
export const now = Date.parse('2026-11-20T08:00:00.000Z');

const minutes = 60_000;

/** An image that was built some minutes ago. */
const imageAt = (name: string, age: number): ImageView => ({identity: name, name, at: now - age * minutes});

const service = (name: string, part: Partial<ObjectView> = {}): ObjectView => ({
	address: `service.${name}`,
	kind: 'service',
	name,
	type: 'web',
	state: 'healthy',
	tone: 'good',
	cause: null,
	restarts: '',
	version: `dpl_1m7vn44kgbj${name}`,
	image: imageAt('7bc3d02', 42),
	since: now - 42 * minutes,
	url: `http://${name === 'web' ? '' : `${name}-`}notes.localhost:9080`,
	needsForwarding: false,
	asksPassword: false,
	failure: undefined,
	crashLoop: undefined,
	drift: [],
	isHeld: false,
	pending: '',
	...part,
});

const resource = (name: string, part: Partial<ObjectView> = {}): ObjectView => ({
	...service(name),
	address: `resource.${name}`,
	kind: 'resource',
	type: 'postgres',
	version: 'postgres:16-alpine',
	image: {identity: 'sha256:aa', name: '16-alpine', at: null},
	url: null,
	...part,
});

/** An agent that has run for two hours, started a service again, and has a backup to make. */
export const agent: NonNullable<EnvironmentView['agent']> = {
	isRegistered: true,
	isRunning: true,
	since: now - 120 * minutes,
	lostSince: null,
	lastAction: {
		at: now - 5 * minutes,
		duty: 'healing',
		project: 'notes',
		environment: 'production',
		address: 'service.web',
		outcome: 'done',
		message: 'started again',
	},
	next: {at: now + 180 * minutes, what: 'backup of db', duty: 'backups', project: 'notes', environment: 'production'},
};

const crashLoop = {
	at: now - 12 * minutes,
	headlines: ['ended 5 times in 10 minutes', 'exit code 1'],
	lines: ['starting', 'Error: connect ECONNREFUSED db:5432'],
};

const environment = (
	name: string,
	objects: readonly ObjectView[],
	part: Partial<EnvironmentView> = {},
): EnvironmentView => ({
	name,
	isDeployed: true,
	problem: undefined,
	updatedAt: now - 42 * minutes,
	asOf: now,
	pending: 0,
	objects,
	deployments: [],
	router: {text: 'running at 127.0.0.1:9080', tone: 'good'},
	agent: undefined,
	drift: [],
	...part,
});

const failure = {
	deployment: 'dpl_1m7vp0000fail',
	at: now - 3 * minutes,
	headlines: ['not ready within 30 s', 'last probe: GET /healthz → 503', 'exit code 1'],
	lines: ['connecting to db:5432', 'Error: password authentication failed for user "app"'],
};

export const production = environment('production', [
	service('web', {failure}),
	service('api', {
		type: 'api',
		asksPassword: true,
		drift: ['its container was removed'],
		state: 'missing',
		tone: 'bad',
	}),
	service('report', {type: 'job', state: 'idle', url: null}),
	resource('db'),
]);

/** An environment whose mailer the agent has given up. */
export const looping = environment(
	'production',
	[
		service('mailer', {type: 'worker', state: 'crashing', tone: 'bad', url: null, crashLoop}),
		service('web'),
		resource('db'),
	],
	{agent},
);

export const staging = environment(
	'staging',
	[
		service('web', {isHeld: true, image: imageAt('19aa31c', 71)}),
		service('api', {type: 'api', state: 'stopped', tone: 'warning'}),
		resource('db'),
	],
	{updatedAt: now - 3 * 24 * 60 * minutes},
);

export const empty = environment(
	'preview',
	[service('web', {state: 'not deployed', tone: 'quiet', version: null, image: null, since: null, url: null})],
	{isDeployed: false, updatedAt: null},
);

export const figures: Readonly<Record<string, Figures>> = {
	'service.web': {
		requestsPerSecond: 12.4,
		requests: 3501,
		errors: 2,
		responseMs: 12,
		cpu: 0.034,
		memory: 48_200_000,
		history: {requests: [0, 0, 2, 6, 9, 14, 12.4], cpu: [0.01, 0.02, 0.02, 0.03, 0.05, 0.04, 0.034]},
	},
	'resource.db': {cpu: 1.2, memory: 1_240_000_000},
};

/** What happened on the engine, oldest first. */
export const events: readonly EventView[] = (
	[
		['production', 'service.web', 'started', 'good', 'dpl_1m7vn44kgbjweb'],
		[null, 'router', 'restarted', 'quiet', ''],
		['production', 'service.api', 'out of memory', 'bad', 'dpl_1m7vn44kgbjapi'],
		['production', 'service.api', 'ended, exit code 137', 'warning', 'dpl_1m7vn44kgbjapi'],
		['staging', 'service.web', 'ended, exit code 1', 'bad', 'dpl_1m7vn44kgbjold'],
		['production', 'volume.db.data', 'created', 'quiet', ''],
		['production', 'network', 'service.web joined', 'quiet', ''],
	] as const
).map(([environment, object, text, tone, deployment], index) => ({
	id: index + 1,
	at: now + index * 1000,
	environment,
	object,
	deployment,
	text,
	tone,
}));

/** A machine with little room on its disk. */
export const load: LoadView = {
	processor: {busy: 0.12, cores: 4},
	memory: {used: 5_400_000_000, size: 8_200_000_000},
	disk: {used: 57_000_000_000, size: 64_000_000_000},
};

/** Every foreign text of an environment replaced by the worst there is. */
export const hostileEnvironment = environment(hostileText, [
	service('web', {
		name: hostileText,
		state: hostileText,
		type: hostileText,
		version: hostileText,
		url: `http://${hostileText}`,
		failure: {...failure, headlines: [...hostile], lines: [...hostile]},
		drift: [...hostile],
	}),
	resource('db', {
		name: corpus['emoji, joined and flagged'],
		version: corpus['wide characters without an end'],
	}),
]);

export const logLines: readonly (readonly [source: string, stream: 'stdout' | 'stderr', text: string])[] = [
	['db', 'stderr', 'LOG:  database system is ready to accept connections'],
	['api', 'stdout', 'listening on port 3000'],
	['web', 'stdout', 'listening on port 3000'],
	['web', 'stdout', 'GET / 200 in 4 ms'],
	['api', 'stdout', 'GET /notes 200 in 12 ms'],
	['api', 'stderr', 'Error: connection refused'],
	['web', 'stdout', 'GET /api/notes 502 in 31 ms'],
];

/** Lines as programs of all kinds print them: JSON, levels, a stack trace, the same line again and again. */
export const mixedLines: typeof logLines = [
	['db', 'stderr', '2026-11-20 08:00:00.123 UTC [41] LOG:  checkpoint starting: time'],
	['api', 'stdout', '{"level":30,"time":1700000000000,"pid":7,"msg":"listening","port":3000}'],
	['web', 'stdout', 'GET / 200 in 4 ms'],
	...Array.from({length: 47}, (): (typeof logLines)[number] => ['worker', 'stderr', 'WARN queue is empty, waiting']),
	['web', 'stdout', 'GET /notes 200 in 12 ms'],
	['web', 'stdout', 'GET /notes/1 200 in 9 ms'],
	['web', 'stdout', 'GET /notes/2 200 in 8 ms'],
	['api', 'stderr', 'Error: connect ECONNREFUSED 10.0.0.4:5432'],
	['api', 'stderr', '    at TCPConnectWrap.afterConnect (node:net:1637:16)'],
	[
		'api',
		'stdout',
		JSON.stringify({
			level: 50,
			time: 1_700_000_000_000,
			pid: 7,
			msg: 'request failed',
			req: {method: 'GET', url: '/notes', remote: '10.0.0.9'},
			status: 502,
			err: {code: 'ECONNREFUSED', stack: 'Error: connect ECONNREFUSED\n    at afterConnect (node:net:1637:16)'},
		}),
	],
	['web', 'stdout', 'GET /notes 502 in 31 ms'],
	['web', 'stdout', 'GET / 200 in 4 ms'],
	['web', 'stdout', 'GET /styles.css 200 in 1 ms'],
	['web', 'stdout', 'GET /page.js 200 in 1 ms'],
	['db', 'stderr', '2026-11-20 08:00:07.123 UTC [41] ERROR:  relation "note" does not exist at character 15'],
	['db', 'stderr', '2026-11-20 08:00:07.123 UTC [41] STATEMENT:  select * from note'],
	['web', 'stdout', 'GET /api/notes 500 in 3 ms'],
];

export const table: TabContent = {
	type: 'table',
	columns: [
		{title: 'DEPLOYMENT', priority: 0},
		{title: 'STATE', priority: 1},
		{title: 'TYPE', priority: 4},
		{title: 'AGE', priority: 2, align: 'right'},
		{title: 'NOTE', priority: 3, isFlexible: true},
	],
	empty: 'No deployment yet.',
	rows: [
		{
			id: 'dpl_3',
			deployment: 'dpl_3',
			refusal: 'dpl_3 was never active',
			tone: 'bad',
			toneCell: 1,
			cells: ['dpl_3', 'failed', 'deploy', '3m', 'not ready within 30 s'],
		},
		{id: 'dpl_2', deployment: 'dpl_2', tone: 'good', toneCell: 1, cells: ['dpl_2', 'active', 'deploy', '42m', '']},
		{
			id: 'dpl_1',
			deployment: 'dpl_1',
			tone: 'quiet',
			toneCell: 1,
			cells: ['dpl_1', 'previous', 'deploy', '2d', 'first one'],
		},
	],
};

export const variables: Extract<TabContent, {readonly type: 'table'}> = {
	type: 'table',
	columns: [
		{title: 'KEY', priority: 0},
		{title: 'CLASS', priority: 3},
		{title: 'VALUE', priority: 1, isFlexible: true},
	],
	empty: 'No variables.',
	rows: [
		{id: 'LOG_LEVEL', cells: ['LOG_LEVEL', 'plain', 'debug']},
		{id: 'POSTGRES_PASSWORD', cells: ['POSTGRES_PASSWORD', 'sensitive', '<hidden>']},
		{
			id: 'POSTGRES_URL',
			cells: ['POSTGRES_URL', 'plain', `postgresql://app@db:5432/app?${'option=value&'.repeat(12)}`],
		},
	],
};

export const backups: Extract<TabContent, {readonly type: 'table'}> = {
	type: 'table',
	columns: [
		{title: 'BACKUP', priority: 0},
		{title: 'STATE', priority: 1},
		{title: 'AGE', priority: 2, align: 'right'},
	],
	empty: 'No backup yet.',
	rows: [
		{id: 'rbak_3', tone: 'bad', toneCell: 1, cells: ['rbak_3', 'failed', '3m'], refusal: 'rbak_3 is failed'},
		{id: 'rbak_2', tone: 'good', toneCell: 1, cells: ['rbak_2', 'succeeded', '1d'], backup: 'rbak_2'},
		{id: 'rbak_1', tone: 'good', toneCell: 1, cells: ['rbak_1', 'succeeded', '2d'], backup: 'rbak_1'},
	],
};

export const page: TabContent = {
	type: 'page',
	lines: [
		{type: 'fact', label: 'state', text: 'healthy', tone: 'good'},
		{type: 'fact', label: 'image', text: 'compartment/notes/production/web:4f1c0aa17d'},
		{type: 'heading', text: 'Environment'},
		{type: 'fact', label: 'API_URL', text: 'http://api:3000'},
		{type: 'fact', label: 'DATABASE_URL', text: 'from db.connection-url'},
		{type: 'text', text: '\u001B[33m~\u001B[0m  env.LOG_LEVEL  "info" → "debug"'},
	],
};

/** What differs between production and staging. */
export const comparison: TabContent = {
	type: 'page',
	lines: [
		{type: 'heading', text: 'Services'},
		{type: 'fact', label: 'api', text: '= 7bc3d02, 2026-11-20 07:18 UTC', tone: 'quiet'},
		{
			type: 'fact',
			label: 'web',
			text: '7bc3d02, 2026-11-20 07:18 UTC → 19aa31c, 2026-11-20 06:49 UTC: staging is older',
			tone: 'warning',
		},
		{type: 'heading', text: 'Variables'},
		{type: 'fact', label: 'web', text: 'LOG_LEVEL  "info" → "debug"', tone: 'warning'},
		{type: 'fact', label: 'web', text: 'API_KEY  (sensitive) differs', tone: 'warning'},
		{type: 'fact', label: 'web', text: 'equal: DATABASE_URL, PORT', tone: 'quiet'},
		{type: 'heading', text: '3 differences, 1 of them in images.'},
	],
};

/** Environments with more services than fit beside each other. */
export const wide = ['production', 'qa', 'staging'].map((name, row) =>
	environment(
		name,
		Array.from({length: 12}, (_, column) =>
			service(`service-${column + 1}`, {
				image: imageAt(`${column}${row > column % 3 ? 'a' : 'b'}c3d02`, 9 * row + column),
			}),
		),
		{pending: row},
	),
);

/** A dashboard that has read everything, with lines in its log, and what it asked its command for. */
export function createDashboard(
	environments: readonly EnvironmentView[] = [production, staging, empty],
	keymap?: Keymap,
) {
	const asked: string[] = [];
	const store = createDashboardStore(
		{
			copy: text => void asked.push(`copy ${text}`),
			save: async (_, name, text) => {
				asked.push(`save ${name} ${text.split('\n').length - 1}`);
				return `./${name}`;
			},
			openUrl: url => {
				asked.push(`open ${url}`);
				return true;
			},
			retry: () => void asked.push('retry'),
			start: run => void asked.push(`start ${JSON.stringify(run)}`),
		},
		keymap,
	);
	store.update({project: 'notes', environments, isLoaded: true, link: {status: 'live', engine: 'Docker 20.10.24'}});
	return {store, asked};
}

export function poolOf(lines: typeof logLines = logLines) {
	const pool = createLogPool();
	for (const [index, [source, stream, text]] of lines.entries())
		pool.push({source, stream, text, at: new Date(now + index * 1000).toISOString()});
	return pool;
}
