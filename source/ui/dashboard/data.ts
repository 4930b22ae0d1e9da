/** What the dashboard shows: plain data, read by the command that opened it. Foreign text in it is raw. */

/** How something is, for its mark and colour. The word beside it says the same. */
export type Tone = 'good' | 'bad' | 'busy' | 'quiet' | 'warning';

/** Whether the engine answers. */
export type Link =
	| {readonly status: 'connecting'}
	/** `engine` is its name for people. */
	| {readonly status: 'live'; readonly engine: string}
	/** `since` in milliseconds since the epoch; it is asked again by itself. */
	| {readonly status: 'lost'; readonly message: string; readonly since: number};

/** What keeps everything from being shown, such as a file that is not there. */
export type Problem = {readonly message: string; readonly hint: string | undefined; readonly canInit: boolean};

/** A newer attempt that failed beside what serves. */
export type Failure = {
	readonly deployment: string;
	/** Milliseconds since the epoch. */
	readonly at: number;
	/** Most important first. */
	readonly headlines: readonly string[];
	/** What it printed last. */
	readonly lines: readonly string[];
};

/** A service or a resource of one environment. */
export type ObjectView = {
	/** `service.web`, `resource.db`. */
	readonly address: string;
	readonly kind: 'service' | 'resource';
	readonly name: string;
	/** `web`, `worker`, `postgres`. */
	readonly type: string;
	/** One or two words: `healthy`, `not deployed`. */
	readonly state: string;
	readonly tone: Tone;
	/** Why it is not healthy, in half a sentence. */
	readonly cause: string | null;
	/** `7, exit 1`; empty when it never restarted. */
	readonly restarts: string;
	/** Id of what serves, or the image of a resource. */
	readonly version: string | null;
	/** Milliseconds since the epoch. */
	readonly since: number | null;
	readonly url: string | null;
	readonly asksPassword: boolean;
	readonly failure: Failure | undefined;
	/** What was changed outside Compartment. */
	readonly drift: readonly string[];
	/** Whether a ready candidate waits for a promote. */
	readonly isHeld: boolean;
};

export type EnvironmentView = {
	readonly name: string;
	readonly isDeployed: boolean;
	/** Why its state cannot be read, or its engine is another one. */
	readonly problem: string | undefined;
	/** Milliseconds since the epoch. */
	readonly updatedAt: number | null;
	readonly objects: readonly ObjectView[];
	/** `running at 127.0.0.1:9080`, and how that is. */
	readonly router: {readonly text: string; readonly tone: Tone};
	/** What was changed outside Compartment and belongs to no object of the list. */
	readonly drift: readonly string[];
};

/** What one object does now. Absent figures are not known. */
export type Figures = {
	readonly requestsPerSecond?: number;
	readonly requests?: number;
	readonly errors?: number;
	/** Milliseconds until the first byte, mean. */
	readonly responseMs?: number;
	/** Share of one core, 1 is all of it. */
	readonly cpu?: number;
	/** Bytes. */
	readonly memory?: number;
};

export const tabNames = [
	'logs',
	'overview',
	'configuration',
	'deployments',
	'variables',
	'outputs',
	'backups',
] as const;
export type TabName = (typeof tabNames)[number];

/** Tabs of an object, in their order. */
export const tabsOf = ({kind}: Pick<ObjectView, 'kind'>): readonly TabName[] =>
	kind === 'service'
		? ['logs', 'overview', 'configuration', 'deployments', 'variables']
		: ['logs', 'overview', 'configuration', 'variables', 'outputs', 'backups'];

export type PageLine =
	| {readonly type: 'heading'; readonly text: string}
	| {readonly type: 'fact'; readonly label: string; readonly text: string; readonly tone?: Tone}
	/** Sanitised already; colours are kept. */
	| {readonly type: 'text'; readonly text: string; readonly tone?: Tone};

export type TableColumn = {
	readonly title: string;
	readonly align?: 'right';
	/** Columns with the highest numbers are left out first; 0 stays. */
	readonly priority: number;
	/** Takes the room that is left, and is cut first. */
	readonly isFlexible?: boolean;
};

export type TableRow = {
	readonly id: string;
	readonly cells: readonly string[];
	readonly tone?: Tone;
	/** Which cell has the colour of the tone; the mark before the row always has. */
	readonly toneCell?: number;
	/** Rows of another group get a line with its name before the first of them. */
	readonly group?: string;
	/** What `enter` shows, `b` rolls back to. */
	readonly deployment?: string;
	/** Why nothing can be rolled back to it. */
	readonly refusal?: string;
};

/** What stands in a tab. */
export type TabContent =
	| {readonly type: 'loading'}
	| {readonly type: 'problem'; readonly message: string}
	| {readonly type: 'page'; readonly lines: readonly PageLine[]}
	| {
			readonly type: 'table';
			readonly columns: readonly TableColumn[];
			readonly rows: readonly TableRow[];
			/** Said when there is no row. */
			readonly empty: string;
	  };
