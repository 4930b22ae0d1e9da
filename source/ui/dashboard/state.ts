import type {LogEffects} from '../logs/log-store.ts';
import type {EnvironmentView, Figures, Link, Problem, TabContent, TabName} from './data.ts';

/** What the command runs on the main screen, after which the dashboard comes back. */
export type Verb =
	| 'plan'
	| 'apply'
	| 'restart'
	| 'stop'
	| 'start'
	| 'rollback'
	| 'promote'
	| 'discard'
	| 'destroy'
	| 'shell'
	| 'init';

/** Why the dashboard left its screen. */
export type Departure =
	| {readonly type: 'quit'}
	| {
			readonly type: 'run';
			readonly verb: Verb;
			readonly environment: string;
			/** Name of a service, or of what gets the shell. */
			readonly object?: string;
			readonly deployment?: string;
	  }
	| {readonly type: 'page'; readonly text: string};

/** Where in the dashboard one is. `log` is a log of its own: of everything, or of one deployment's apply. */
export type Place =
	| {readonly screen: 'environments'}
	| {readonly screen: 'environment'; readonly environment: string}
	| {readonly screen: 'object'; readonly environment: string; readonly address: string; readonly tab: TabName}
	| {
			readonly screen: 'all-logs';
			readonly environment: string;
			readonly deployment?: Deployment;
			/** Only these; all without it. */
			readonly names?: readonly string[];
	  };

/** A deployment whose apply is read, and the object to go back to. */
type Deployment = {readonly id: string; readonly address: string};

export type Overlay =
	/** `top` is the first row in sight. */
	| {readonly type: 'help'; readonly top: number}
	| {readonly type: 'palette'; readonly typed: string; readonly cursor: number}
	| {readonly type: 'filter'; readonly former: string};

export type BrowseState = {
	/** Undefined until the file was read. */
	readonly project: string | undefined;
	readonly link: Link;
	readonly problem: Problem | undefined;
	readonly environments: readonly EnvironmentView[];
	/** Undefined: not read yet. */
	readonly isLoaded: boolean;
	readonly place: Place;
	/** Name of the environment, and address of the object, that the cursor is on. */
	readonly selectedEnvironment: string | undefined;
	readonly selectedObject: string | undefined;
	/** Shows only what contains it. */
	readonly filter: string;
	/** By address, of the environment that is shown. */
	readonly figures: Readonly<Record<string, Figures>>;
	readonly content: TabContent;
	/** Cursor in a table, first line of a page. */
	readonly row: number;
	readonly overlay: Overlay | undefined;
	readonly message: string | undefined;
	readonly departure: Departure | undefined;
};

/** What the dashboard can do without leaving its screen; the command does it. */
export type BrowseEffects = Omit<LogEffects, 'page'> & {
	/** Opens a URL in the browser; false when there is none. */
	readonly openUrl: (url: string) => boolean;
	/** Reads the files and the engine anew. */
	readonly retry: () => void;
};

/** What a key has to know of the screen. */
export type Room = {
	/** Height of what scrolls. */
	readonly rows: number;
	/** The last line of a page that can be its first in sight. */
	readonly lastTop: number;
};
