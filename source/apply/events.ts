import type {ActionKind, PlanMode} from '../plan/plan.ts';
import type {DeploymentFailure} from '../state/state.ts';

/**
 * What an apply says while it runs. Text output, JSON lines and the screen are all fed by these and nothing else.
 * `at` is milliseconds since the epoch; `address` names the step (an action of the plan). All foreign text in
 * `text` is raw: whoever shows it sanitises it.
 */
export type ApplyEvent =
	| {readonly type: 'apply-started'; readonly at: number; readonly run: string; readonly steps: readonly StepOutline[]}
	| {readonly type: 'step-started'; readonly at: number; readonly address: string}
	/** What happens now, in a few words: `GET /healthz → 503, try 7`, `waits for resource.db`. */
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
			/** What to do next; its commands name the environment. */
			readonly hint?: string;
			readonly failure?: DeploymentFailure;
	  }
	/** Not run, because something before it failed or the user cancelled. */
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
	readonly failed: number;
	readonly skipped: number;
	/** Exposed services with their addresses for people, in descriptor order. */
	readonly urls: readonly {
		readonly service: string;
		readonly url: string;
		readonly accessMode: 'authenticated' | 'public';
	}[];
	readonly resources: readonly {readonly name: string; readonly host: string}[];
	/** Addresses of the volumes that a destroy left. */
	readonly keptVolumes: readonly string[];
};

export type Emit = (event: ApplyEvent) => void;
