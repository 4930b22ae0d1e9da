import type {LogEffects} from '../logs/log-store.ts';
import type {Task} from '../task/task.ts';
import type {EnvironmentView, EventView, Figures, Link, LoadView, Problem, TabContent, TabName} from './data.ts';
import type {Sort} from './sort.ts';

/** What runs in the frame of the dashboard. */
export type FrameVerb =
	| 'plan'
	| 'apply'
	| 'restart'
	| 'stop'
	| 'start'
	| 'rollback'
	| 'promote'
	| 'discard'
	| 'destroy'
	| 'backup'
	| 'verify'
	| 'restore';

/** What needs the terminal itself: it runs on the main screen, after which the dashboard opens again. */
type TerminalVerb = 'shell' | 'open' | 'init' | 'prune';

type Request<Verb> = {
	readonly verb: Verb;
	readonly environment: string;
	/** Name of the service or resource that the verb is for. */
	readonly object?: string;
	readonly deployment?: string;
	/** The environment whose images are promoted. */
	readonly from?: string;
	/** Id of the selected backup. */
	readonly backup?: string;
};

export type Run = Request<FrameVerb>;

export type TerminalRun = Request<TerminalVerb>;

/** Why the dashboard closed. */
export type Departure =
	/** `isCancelled`: what ran was cancelled for it. */
	| {readonly type: 'quit'; readonly isCancelled?: boolean}
	| ({readonly type: 'run'} & TerminalRun)
	/** A command of the user's own. */
	| {readonly type: 'command'; readonly name: string; readonly environment: string; readonly object?: string}
	| {readonly type: 'page'; readonly text: string};

/** What the dashboard shows. `all-logs` is the log of the whole environment, or of one deployment's apply. */
export type DashboardLocation =
	| {readonly screen: 'environments'}
	| {readonly screen: 'environment'; readonly environment: string}
	/** Events of the engine: of this environment, or of all. */
	| {readonly screen: 'events'; readonly environment: string; readonly isAll: boolean}
	/** Two environments side by side. */
	| {readonly screen: 'comparison'; readonly environment: string; readonly other: string}
	| {readonly screen: 'object'; readonly environment: string; readonly address: string; readonly tab: TabName}
	| {
			readonly screen: 'all-logs';
			readonly environment: string;
			readonly deployment?: Deployment;
			/** Only these sources; default all. */
			readonly names?: readonly string[];
	  };

/** A deployment whose log is shown, and the object to go back to. */
type Deployment = {readonly id: string; readonly address: string};

type Overlay =
	/** `top` is the first visible row. */
	| {readonly type: 'help'; readonly top: number}
	| {readonly type: 'palette'; readonly typed: string; readonly cursor: number}
	| {readonly type: 'filter'; readonly previous: string}
	/** Asks what becomes of the tasks that run. */
	| {readonly type: 'quit'};

export type DashboardState = {
	/** Undefined until compartment.yml was read. */
	readonly project: string | undefined;
	readonly link: Link;
	readonly problem: Problem | undefined;
	readonly environments: readonly EnvironmentView[];
	/** Whether the environments were read. */
	readonly isLoaded: boolean;
	readonly location: DashboardLocation;
	/** Name of the environment, and address of the object, under the cursor. */
	readonly selectedEnvironment: string | undefined;
	readonly selectedObject: string | undefined;
	/** Name of the environment that `space` marked, to compare others with and to promote to. */
	readonly marked: string | undefined;
	/** Index of the first service or resource in the list of environments. */
	readonly firstColumn: number;
	/** Shows only items that contain it. */
	readonly filter: string;
	/** By address, for the open environment. */
	readonly figures: Readonly<Record<string, Figures>>;
	/** Oldest first. */
	readonly events: readonly EventView[];
	/** Number of events that were about objects of others. */
	readonly otherEvents: number;
	/** Id of the event under the cursor; undefined: the newest, also when others come. */
	readonly selectedEvent: number | undefined;
	/** Of the machine of the selected environment's engine; undefined until it was read. */
	readonly load: LoadView | undefined;
	readonly content: TabContent;
	/** Cursor of a table, or first line of a page. */
	readonly row: number;
	/** Order of the services and resources. */
	readonly sort: Sort;
	/** Why something could not be read; shown until it can. */
	readonly trouble: string | undefined;
	readonly overlay: Overlay | undefined;
	/** Ids of what was chosen in the palette, the last one first. */
	readonly recent: readonly string[];
	readonly message: string | undefined;
	readonly departure: Departure | undefined;
	/** Those that run, and those whose result is kept; the oldest first. */
	readonly tasks: readonly Task[];
	/** The task that is looked at. */
	readonly task: Task | undefined;
	/** Whether the dashboard closes as soon as nothing runs any more, and whether what runs was cancelled for that. */
	readonly leaving: 'when ended' | 'cancelled' | undefined;
};

/** Effects without closing the dashboard, provided by the command that opens it. */
export type DashboardEffects = Omit<LogEffects, 'page'> & {
	/** Opens a URL in the browser; false when there is none. */
	readonly openUrl: (url: string) => boolean;
	/** Begins a task. */
	readonly start: (run: Run) => void;
	/** Reads the files and the engine again. */
	readonly retry: () => void;
};

/** What key handlers need to know of the screen. */
export type Viewport = {
	/** Height of the scrolling area. */
	readonly rows: number;
	/** The last line of a page that can be its first visible one. */
	readonly lastTop: number;
	/** The last column of the list of environments that can be its first visible one; default 0. */
	readonly lastColumn?: number;
};
