import type {AgentReport} from '../../output/agent/agent-words.ts';

/** The data that the dashboard shows. Text in it is unsanitised. */

/** How serious a state is, for its symbol and colour. A word always says the same. */
export type Tone = 'good' | 'bad' | 'busy' | 'quiet' | 'warning';

/** The connection to the engine. */
export type Link =
	| {readonly status: 'connecting'}
	/** `engine` is its display name. */
	| {readonly status: 'live'; readonly engine: string}
	/** `since` in milliseconds since the epoch. Retried automatically. */
	| {readonly status: 'lost'; readonly message: string; readonly since: number};

/** Why nothing can be shown, such as a missing file. */
export type Problem = {readonly message: string; readonly hint: string | undefined; readonly canInit: boolean};

/** Why the agent leaves a service or resource alone. `at` is in milliseconds since the epoch. */
export type CrashLoopView = Pick<Failure, 'at' | 'headlines' | 'lines'>;

/** A failed attempt that is newer than the active deployment. */
export type Failure = {
	readonly deployment: string;
	/** Milliseconds since the epoch. */
	readonly at: number;
	/** Most important first. */
	readonly headlines: readonly string[];
	/** The last lines of its output. */
	readonly lines: readonly string[];
};

/** The image that a service or resource runs. */
export type ImageView = {
	/** Equal for images that are equal. */
	readonly identity: string;
	/** The tag of a prebuilt image, the start of the key of a built one: `16-alpine`, `5edf09a`. */
	readonly name: string;
	/** When it was built or first used, in milliseconds since the epoch; null if that is not recorded. */
	readonly at: number | null;
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
	/** Why it is not healthy, as a short phrase. */
	readonly cause: string | null;
	/** `7, exit 1`; empty when it never restarted. */
	readonly restarts: string;
	/** Id of the active deployment, or the image of a resource. */
	readonly version: string | null;
	/** Null while nothing is deployed. */
	readonly image: ImageView | null;
	/** Milliseconds since the epoch. */
	readonly since: number | null;
	readonly url: string | null;
	/** Whether only the engine's machine knows its host. */
	readonly needsForwarding: boolean;
	readonly asksPassword: boolean;
	readonly failure: Failure | undefined;
	readonly crashLoop: CrashLoopView | undefined;
	/** What was changed outside Compartment. */
	readonly drift: readonly string[];
	/** Whether a ready candidate is held. */
	readonly isHeld: boolean;
	/** What an apply would do to it: `~2f`, `+`, `-`. Empty: nothing, or it is not known. */
	readonly pending: string;
};

/** A deployment that its log can be shown of. */
export type DeploymentView = {
	readonly id: string;
	readonly service: string;
	/** Of the service. */
	readonly address: string;
	/** `active`, `failed`. */
	readonly word: string;
};

export type EnvironmentView = {
	readonly name: string;
	readonly isDeployed: boolean;
	/** Why it cannot be shown: its state is unreadable, or it is on another engine. */
	readonly problem: string | undefined;
	/** Milliseconds since the epoch. */
	readonly updatedAt: number | null;
	/** When its engine answered last, in milliseconds since the epoch; null if it never has. */
	readonly asOf: number | null;
	/** Number of actions of an apply; undefined if they are not known. */
	readonly pending: number | undefined;
	readonly objects: readonly ObjectView[];
	/** The newest first. */
	readonly deployments: readonly DeploymentView[];
	/** `running at 127.0.0.1:9080`; null when the environment does not use it. */
	readonly router: {readonly text: string; readonly tone: Tone} | null;
	/** Undefined until it was read, and for an environment that was never deployed. */
	readonly agent: AgentReport | undefined;
	/** What was changed outside Compartment and belongs to none of the objects. */
	readonly drift: readonly string[];
};

/** The current figures of one object; unknown ones are absent. */
export type Figures = {
	readonly requestsPerSecond?: number;
	readonly requests?: number;
	readonly errors?: number;
	/** Mean time to the first byte, in milliseconds. */
	readonly responseMs?: number;
	/** In cores: 1 is one full core. */
	readonly cpu?: number;
	/** Bytes. */
	readonly memory?: number;
	/** Requests per second and cores of the last reads, the newest last. */
	readonly history?: {readonly requests: readonly number[]; readonly cpu: readonly number[]};
};

/** What the engine says has happened to one of our objects. */
export type EventView = {
	/** Grows with every event. */
	readonly id: number;
	/** Milliseconds since the epoch. */
	readonly at: number;
	/** Null for what all environments share. */
	readonly environment: string | null;
	/** Address, such as `service.web`. */
	readonly object: string;
	/** Id of the deployment; empty for what is none. */
	readonly deployment: string;
	readonly text: string;
	readonly tone: Tone;
};

/** How busy and how full the machine is that an engine runs on. What is not known is undefined. */
export type LoadView = {
	/** `busy` is the share of all cores, 0 to 1. */
	readonly processor: {readonly busy: number; readonly cores: number} | undefined;
	/** Bytes. */
	readonly memory: {readonly used: number; readonly size: number} | undefined;
	/** That of the engine's images and volumes. Bytes. */
	readonly disk: {readonly used: number; readonly size: number} | undefined;
};

const tabNames = ['logs', 'overview', 'configuration', 'deployments', 'variables', 'outputs', 'backups'] as const;
export type TabName = (typeof tabNames)[number];

/** The tabs of an object, in order. */
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
	/** Columns with the highest numbers are omitted first; 0 never is. */
	readonly priority: number;
	/** Takes the remaining width, and is narrowed first. */
	readonly isFlexible?: boolean;
	/** Its texts are cut in the middle, to a third of the table if there is no room. */
	readonly isName?: boolean;
	/** Width that it has even while it is empty, so that it does not jump in. */
	readonly least?: number;
};

export type TableRow = {
	readonly id: string;
	readonly cells: readonly string[];
	readonly tone?: Tone;
	/** Index of the cell in the colour of the tone; the row's symbol always has it. */
	readonly toneCell?: number;
	/** A line with the name of the group precedes its first row. */
	readonly group?: string;
	/** Whether the engine does not answer any more. */
	readonly isStale?: boolean;
	/** The deployment that `enter` shows and `b` rolls back to. */
	readonly deployment?: string;
	/** Why it is no rollback target, or cannot be restored. */
	readonly refusal?: string;
	/** The backup that can be verified and restored. */
	readonly backup?: string;
};

/** The content of a tab. */
export type TabContent =
	| {readonly type: 'loading'}
	| {readonly type: 'problem'; readonly message: string}
	| {readonly type: 'page'; readonly lines: readonly PageLine[]}
	| {
			readonly type: 'table';
			readonly columns: readonly TableColumn[];
			readonly rows: readonly TableRow[];
			/** Shown when there are no rows. */
			readonly empty: string;
	  };
