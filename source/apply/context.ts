import type {Limit} from '../build/limit.ts';
import type {PlannedBuild} from '../build/plan-build.ts';
import type {Project} from '../descriptor/project.ts';
import type {OwnEngine} from '../engine/own-engine.ts';
import type {Hint} from '../hint.ts';
import type {Plan} from '../plan/plan.ts';
import {renderHint} from '../render-hint.ts';
import type {RouterOptions} from '../router/router.ts';
import type {Settings} from '../settings.ts';
import type {Journal} from '../state/journal.ts';
import type {Emit} from './events.ts';
import type {SecretReader} from './secret-reader.ts';
import type {StateKeeper} from './state-keeper.ts';

/** What every step of an apply works with. */
export type ApplyContext = {
	readonly plan: Plan;
	readonly project: Project;
	readonly engine: OwnEngine;
	readonly router: RouterOptions;
	readonly settings: Settings;
	/** The state folder of the environment. */
	readonly directory: string;
	readonly state: StateKeeper;
	readonly journal: Journal;
	readonly secrets: SecretReader;
	/** Service → what its build was planned from. */
	readonly builds: ReadonlyMap<string, PlannedBuild>;
	/** Lets a few builds run at the same time; the others wait for their turn. */
	readonly limitBuilds: Limit;
	/** Id of this apply, `run_…`. */
	readonly run: string;
	readonly label: string | undefined;
	readonly emit: Emit;
	/** Aborts what nobody has yet, such as a build, and lets nothing new start (first ctrl-c). */
	readonly stopping: AbortSignal;
	/** Aborts everything at once (second ctrl-c). */
	readonly signal: AbortSignal;
};

/** Tells what a step does now. */
export function progress(context: Pick<ApplyContext, 'emit'>, address: string, message: string): void {
	context.emit({type: 'step-progress', at: Date.now(), address, message});
}

/** Tells something that belongs to no step. */
export function notice(context: Pick<ApplyContext, 'emit' | 'plan'>, level: 'info' | 'warning', message: Hint): void {
	const text = renderHint(message, {environment: context.plan.environment});
	context.emit({type: 'notice', at: Date.now(), level, message: text});
}
