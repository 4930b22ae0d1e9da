import type {ActionKind, PlanMode} from '../plan/plan.ts';
import type {DeploymentFailure} from '../state/state.ts';

/**
 * What an apply reports while it runs. Text output, JSON lines and the screen are made from these events alone. `at` is in
 * milliseconds since the epoch; `address` is that of an action. `text` is raw foreign text: sanitise it before showing it.
 */
export type ApplyEvent =
	| {readonly type: 'apply-started'; readonly at: number; readonly run: string; readonly steps: readonly StepOutline[]}
	| {readonly type: 'step-started'; readonly at: number; readonly address: string}
	/** Current progress in a few words: `GET /healthz → 503, try 7`, `stopping the previous deployment`. */
	| {readonly type: 'step-progress'; readonly at: number; readonly address: string; readonly message: string}
	| {
			readonly type: 'step-done';
			readonly at: number;
			readonly address: string;
			readonly durationMs: number;
			readonly message?: string;
	  }
	| {
			readonly type: 'step-failed';
			readonly at: number;
			readonly address: string;
			readonly durationMs: number;
			readonly message: string;
			/** What to do next. Commands in it name the environment. */
			readonly hint?: string;
			readonly failure?: DeploymentFailure;
	  }
	/** Begun, and not put into effect because of a failure elsewhere. Nothing of it was wrong. */
	| {
			readonly type: 'step-held-back';
			readonly at: number;
			readonly address: string;
			readonly durationMs: number;
			readonly reason: string;
	  }
	/** Not begun, because a dependency failed or the user cancelled. */
	| {readonly type: 'step-skipped'; readonly at: number; readonly address: string; readonly reason: string}
	| {
			readonly type: 'log';
			readonly at: number;
			readonly address: string;
			readonly stream: 'stdout' | 'stderr' | 'build';
			readonly text: string;
	  }
	| {readonly type: 'notice'; readonly at: number; readonly level: 'info' | 'warning'; readonly message: string}
	| {readonly type: 'apply-finished'; readonly at: number; readonly result: ApplyResult};

export type StepOutline = {
	readonly address: string;
	readonly kind: ActionKind;
	readonly sign: string;
	readonly reason: string;
	readonly dependsOn: readonly string[];
};

export type ApplyResult = {
	readonly mode: PlanMode;
	readonly environment: string;
	readonly outcome: 'done' | 'failed' | 'cancelled';
	readonly durationMs: number;
	readonly done: number;
	/** Causes only: what they kept from being finished is held back, or skipped if it had not begun. */
	readonly failed: number;
	readonly heldBack: number;
	readonly skipped: number;
	/** Exposed services with their URLs, in descriptor order. */
	readonly urls: readonly {
		readonly service: string;
		readonly url: string;
		readonly accessMode: 'authenticated' | 'public';
		/** It leads to another machine's router, and only that machine knows its host. */
		readonly needsForwarding?: true;
	}[];
	readonly resources: readonly {readonly name: string; readonly host: string}[];
	/** Addresses of the volumes that a destroy kept. */
	readonly keptVolumes: readonly string[];
};

export type Emit = (event: ApplyEvent) => void;
