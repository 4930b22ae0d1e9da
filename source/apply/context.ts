import type {Limit} from '../build/limit.ts';
import type {PlannedBuild} from '../build/plan-build.ts';
import type {Project} from '../descriptor/project.ts';
import type {Image, Observed} from '../engine/engine.ts';
import type {OwnEngine} from '../engine/own-engine.ts';
import type {Hint} from '../hint.ts';
import type {Plan} from '../plan/plan.ts';
import {renderHint} from '../render-hint.ts';
import type {RouterOptions} from '../router/router.ts';
import type {Settings} from '../settings/settings.ts';
import type {Journal} from '../state/journal.ts';
import type {EarlyBuilds} from './early-builds.ts';
import type {Emit} from './events.ts';
import type {Idle} from './graph/slots.ts';
import type {JournaledState} from './journaled-state.ts';
import type {ApplyResults} from './results.ts';
import type {SecretReader} from './secret-reader.ts';

/** What the steps on an environment's objects work with, in an apply or in other work, such as a backup. */
export type EnvironmentContext = {
	/** The environment and its desired state. */
	readonly plan: Pick<Plan, 'project' | 'environment' | 'lineage' | 'desired'>;
	readonly project: Project;
	readonly engine: OwnEngine;
	readonly router: RouterOptions;
	readonly settings: Settings;
	/** The state folder of the environment. */
	readonly directory: string;
	readonly state: JournaledState;
	readonly journal: Journal;
	readonly secrets: SecretReader;
	/** Id of this apply or other work, `run_…`. */
	readonly run: string;
	readonly emit: Emit;
	/** Aborts what has no effect yet, such as a build, and starts nothing new (first ctrl-c). */
	readonly stopping: AbortSignal;
	/** Aborts everything at once (second ctrl-c). */
	readonly signal: AbortSignal;
	/** What the plan was made from, read under the lock: until something is changed, it need not be read again. */
	readonly found?: {readonly observed: Observed; readonly engineId: string};
	/** Images that have been asked for, by id or reference. */
	readonly images?: Map<string, Promise<Image | undefined>>;
	/** In a step of an apply: lets other steps work while this one only waits. */
	readonly idle?: Idle;
};

/** What the steps of an apply work with. */
export type ApplyContext = EnvironmentContext & {
	readonly plan: Plan;
	readonly results: ApplyResults;
	/** Service → its planned build. */
	readonly builds: ReadonlyMap<string, PlannedBuild>;
	/** Builds that began before the apply. */
	readonly earlyBuilds?: EarlyBuilds | undefined;
	/** Limits how many builds run at the same time. */
	readonly limitBuilds: Limit;
	readonly label: string | undefined;
};

/** Reports the progress of an action. */
export function progress(context: Pick<EnvironmentContext, 'emit'>, address: string, message: string): void {
	context.emit({type: 'step-progress', at: Date.now(), address, message});
}

/** Reports something that belongs to no action. */
export function notice(
	context: Pick<EnvironmentContext, 'emit'> & {readonly plan: Pick<Plan, 'environment'>},
	level: 'info' | 'warning',
	message: Hint,
): void {
	const text = renderHint(message, {environment: context.plan.environment});
	context.emit({type: 'notice', at: Date.now(), level, message: text});
}
