import type {TableId} from './results.ts';

type Row = {readonly table: TableId; readonly row: string};

/** What a measured figure has to reach. */
export type Bar = {readonly work: string} & (
	| {readonly type: 'ratio'; readonly ours: Row; readonly theirs: Row; readonly called: string; readonly most: number}
	/** `below` is exclusive, in `unit`. Judged by the median, or by the worst round. */
	| {
			readonly type: 'limit';
			readonly ours: Row;
			readonly of: 'values' | 'peaks';
			readonly below: number;
			readonly unit: string;
			readonly by: 'median' | 'worst';
	  }
	/** The second half of the values in order may be at most `growth` times as high as the first. */
	| {readonly type: 'flat'; readonly ours: Row; readonly growth: number}
);

const apply = 'compartment apply';
const up = 'docker compose up -d';

/** Names of rows that a bar refers to. */
export const rows = {
	apply,
	up,
	plan: 'compartment plan',
	destroy: 'compartment destroy',
	waiting: `${up} --wait`,
	terraformPlan: 'terraform plan',
	composeBuild: 'docker compose build',
	composeDown: 'docker compose down',
	moving: `${apply}, a service and a rule come and go`,
	lost: 'requests lost',
	dashboard: 'the dashboard, 30 services',
	flood: '100,000 lines/s',
	connected: ', over ssh',
	connectedFar: ', over ssh, 40 ms',
	slow: ', a new ssh, 40 ms, 100 Mbit/s',
	failed: 'failed calls',
} as const;

const row = (table: TableId, name: string): Row => ({table, row: name});

/** The row of a number of objects. */
export const objects = (count: number): string => `${count.toLocaleString('en-US')} objects`;

/** The row of a command at a number of objects. */
export const commandAt = (command: string, count: number): string => `${command}, ${objects(count)}`;

const against = (work: string, table: TableId, ours: string, theirs: string, most: number): Bar => ({
	work,
	type: 'ratio',
	ours: row(table, ours),
	theirs: row(table, theirs),
	called: theirs,
	most,
});

const memory = (work: string, ours: Row, of: 'values' | 'peaks', below: number): Bar => ({
	work: `memory: ${work}`,
	type: 'limit',
	...{ours, of, below, unit: 'MB', by: of === 'peaks' ? 'median' : 'worst'},
});

/** In the order of the summary. */
export const bars: readonly Bar[] = [
	against('first apply, 20 resources and a worker', 'apply-resources', apply, up, 0.95),
	against('first apply, 20 services with HTTP readiness', 'apply-services', apply, rows.waiting, 1),
	against('apply without changes, 20 services', 'plan-20', apply, up, 1),
	against('apply without changes, 100 services', 'plan-100', apply, up, 1),
	against('plan without changes, 100 services', 'plan-100', rows.plan, rows.terraformPlan, 0.8),
	{
		work: 'plan without changes, 1,000 objects',
		type: 'ratio',
		...{
			ours: row('growth-commands', commandAt('plan', 1000)),
			theirs: row('growth-commands', commandAt('plan', 100)),
			called: 'plan of 100',
			most: 5,
		},
	},
	against('rebuild after a changed line', 'build', apply, rows.composeBuild, 1.25),
	against('destroy, 20 services', 'destroy', rows.destroy, rows.composeDown, 1),
	{
		work: 'ready to traffic',
		type: 'limit',
		...{ours: row('switch', apply), of: 'values', below: 150, unit: 'ms', by: 'median'},
	},
	{
		work: 'ready to traffic, a service and a rule come and go',
		type: 'limit',
		...{ours: row('switch', rows.moving), of: 'values', below: 250, unit: 'ms', by: 'median'},
	},
	{
		work: 'requests lost in a switch',
		type: 'limit',
		...{ours: row('switch', rows.lost), of: 'values', below: 1, unit: '', by: 'worst'},
	},
	{
		work: 'first apply, 1,000 objects on the memory engine',
		type: 'ratio',
		...{ours: row('growth-apply', objects(1000)), theirs: row('growth-apply', objects(100))},
		...{called: 'processor time of 100', most: 12},
	},
	against('plan over ssh, 50 services', 'ssh-plan', `${rows.plan}${rows.connected}`, rows.plan, 1.2),
	{
		work: 'plan over ssh, 50 services, 40 ms there and back',
		type: 'limit',
		...{ours: row('ssh-plan', `${rows.plan}${rows.connectedFar}`), of: 'values', below: 350, unit: 'ms', by: 'median'},
	},
	against('build over ssh, 200 MB', 'ssh-build', `${apply}${rows.connected}`, apply, 1.3),
	{
		work: '100 calls at once over ssh, failed',
		type: 'limit',
		...{ours: row('ssh-calls', rows.failed), of: 'values', below: 1, unit: '', by: 'worst'},
	},
	memory('plan, 100 services', row('plan-100', rows.plan), 'peaks', 80),
	memory('first apply, 20 resources and a worker', row('apply-resources', apply), 'peaks', 110),
	memory('first apply, 20 services', row('apply-services', apply), 'peaks', 110),
	memory('dashboard, 30 services', row('dashboard', rows.dashboard), 'values', 120),
	memory('log of 100,000 lines/s', row('flood', rows.flood), 'values', 200),
	{work: 'memory: log of 100,000 lines/s stays flat', type: 'flat', ours: row('flood', rows.flood), growth: 1.1},
];
