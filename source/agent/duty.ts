import type {Engine, EngineEvent} from '../engine/engine.ts';
import type {RouterOptions} from '../router/router.ts';
import type {Settings} from '../settings/settings.ts';
import type {State} from '../state/state.ts';
import type {Clock} from './clock.ts';
import type {KnownDisk} from './engine-disk.ts';
import type {AgentEnvironment} from './environments.ts';
import type {AgentAction, Report} from './events.ts';

/** What a duty will do, and when. */
export type Upcoming = {
	/** Milliseconds since the epoch; a time that has passed means now. */
	readonly at: number;
	/** For `agent status`: `backup of db`. Null when the duty only looks whether there is something to do. */
	readonly what: string | null;
};

/** Something that may give a duty something to do. */
export type Change =
	/** Anything that happened on the engine, to our objects or to others. */
	| {readonly type: 'event'; readonly event: EngineEvent}
	/** The engine answers, for the first time or again: anything may have changed meanwhile. */
	| {readonly type: 'connected'}
	/** The state of the duty's environment was written; for a duty of the agent, that of any. */
	| {readonly type: 'state-written'};

/**
 * One concern of the agent, or of one environment. `run` is called at the start, when the earliest time that it returned
 * has come, and after changes that concern it; never twice at once. An error is reported, and `run` is called again after
 * a pause, or when the engine answers again.
 */
export type Duty = {
	/** `healing` */
	readonly name: string;
	readonly concerns: (change: Change) => boolean;
	/**
	 * Does what is due, and returns what comes next.
	 * @param changes since the last call; empty when only time has passed
	 * @param signal aborts when the agent stops: finish what has begun, and begin nothing
	 */
	readonly run: (changes: readonly Change[], signal: AbortSignal) => Promise<readonly Upcoming[]>;
};

/** What the duties of the agent work with. */
export type AgentWorld = {
	readonly engine: Engine;
	readonly engineId: string;
	readonly router: RouterOptions;
	readonly settings: Settings;
	readonly clock: Clock;
	/** The environments of registered projects that run on this engine. Cheap: only files that have changed are read. */
	readonly environments: () => Promise<readonly AgentEnvironment[]>;
	readonly report: Report;
	/** Notes how full the engine's disk is, for `agent status`. */
	readonly noteDisk: (disk: Omit<KnownDisk, 'at'>) => void;
};

/** What the duties of one environment work with. */
export type EnvironmentWorld = Omit<AgentWorld, 'environments' | 'noteDisk'> &
	Pick<AgentEnvironment, 'folder' | 'directory'> &
	Pick<State, 'lineage' | 'project' | 'environment'> & {
		/** Its state as it is on disk, without its lock. Undefined when it is gone or cannot be read. */
		readonly readState: () => Promise<State | undefined>;
		/** Reports what a duty did, or failed to do. */
		readonly act: (action: Pick<AgentAction, 'duty' | 'address' | 'outcome' | 'message' | 'news'>) => void;
	};

/** Makes the duties: those of the agent, and those of each environment, each with its own loop. */
export type DutyFactory = {
	readonly ofAgent: (world: AgentWorld) => readonly Duty[];
	readonly ofEnvironment: (world: EnvironmentWorld) => readonly Duty[];
};
