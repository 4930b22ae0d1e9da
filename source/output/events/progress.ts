import type {ApplyEvent, ApplyResult, StepOutline} from '../../apply/events.ts';
import type {DeploymentFailure} from '../../state/state.ts';

/** `held back`: begun, and not put into effect because something else failed. `skipped`: not begun. */
export type StepState = 'waiting' | 'running' | 'done' | 'failed' | 'held back' | 'skipped';

/** The current state of one step of an apply. */
export type StepProgress = StepOutline & {
	readonly state: StepState;
	/** The latest progress or the result; null when there is none. Unsanitised. */
	readonly message: string | null;
	/** Milliseconds since the epoch. */
	readonly startedAt: number | null;
	readonly durationMs: number | null;
	readonly failure?: DeploymentFailure;
	/** What to do about the failure. */
	readonly hint?: string;
};

type StepCounts = Readonly<Record<StepState, number>> & {readonly total: number};

type Notice = {readonly at: number; readonly level: 'info' | 'warning'; readonly message: string};

/** The current state of a whole apply, derived from its events alone. */
export type Progress = {
	readonly run: string | null;
	readonly startedAt: number | null;
	readonly finishedAt: number | null;
	readonly steps: readonly StepProgress[];
	readonly counts: StepCounts;
	readonly notices: readonly Notice[];
	readonly result: ApplyResult | null;
};

const countSteps = (steps: readonly StepProgress[]): StepCounts => {
	const counts = {waiting: 0, running: 0, done: 0, failed: 0, 'held back': 0, skipped: 0, total: steps.length};
	for (const {state} of steps) counts[state]++;
	return counts;
};

export const emptyProgress: Progress = {
	run: null,
	startedAt: null,
	finishedAt: null,
	steps: [],
	counts: countSteps([]),
	notices: [],
	result: null,
};

const waiting = {state: 'waiting', message: null, startedAt: null, durationMs: null} as const;

const unfinished: readonly StepState[] = ['waiting', 'running'];

const isOver = ({state}: StepProgress): boolean => !unfinished.includes(state);

type StepEvent = Extract<ApplyEvent, {readonly type: `step-${string}`}>;

/** A finished step does not change, except that what it started may end before the apply does. */
const mayChange = (step: StepProgress, event: StepEvent): boolean =>
	!isOver(step) || (step.state === 'done' && event.type === 'step-failed');

function changeStep(step: StepProgress, event: StepEvent): StepProgress {
	switch (event.type) {
		case 'step-started':
			return {...step, state: 'running', message: null, startedAt: event.at};
		case 'step-progress':
			return {...step, message: event.message};
		case 'step-done':
			return {...step, state: 'done', message: event.message ?? null, durationMs: event.durationMs};
		case 'step-failed': {
			const {message, durationMs, failure, hint} = event;
			const cause = {...(failure && {failure}), ...(hint !== undefined && {hint})};
			return {...step, state: 'failed', message, durationMs, ...cause};
		}
		case 'step-held-back':
			return {...step, state: 'held back', message: event.reason, durationMs: event.durationMs};
		case 'step-skipped':
			return {...step, state: 'skipped', message: event.reason};
	}
}

// A step that is not in the outline (a recovery) is appended.
function withStep(steps: readonly StepProgress[], address: string): readonly StepProgress[] {
	if (steps.some(step => step.address === address)) return steps;
	return [...steps, {address, kind: 'run', sign: '>', reason: '', dependsOn: [], ...waiting}];
}

function reduceStep(progress: Progress, event: StepEvent): Progress {
	const steps = withStep(progress.steps, event.address).map(step =>
		step.address === event.address && mayChange(step, event) ? changeStep(step, event) : step,
	);
	return {...progress, steps, counts: countSteps(steps)};
}

/** The progress after one more event. Log lines change nothing. */
export function reduceProgress(progress: Progress, event: ApplyEvent): Progress {
	switch (event.type) {
		case 'apply-started': {
			const steps = event.steps.map(step => ({...step, ...waiting}));
			return {...emptyProgress, run: event.run, startedAt: event.at, steps, counts: countSteps(steps)};
		}
		case 'log':
			return progress;
		case 'notice': {
			const {at, level, message} = event;
			return {...progress, notices: [...progress.notices, {at, level, message}]};
		}
		case 'apply-finished':
			return {...progress, finishedAt: event.at, result: event.result};
		default:
			return reduceStep(progress, event);
	}
}

/** The progress after all of these events. */
export const progressOf = (events: Iterable<ApplyEvent>): Progress => {
	let progress = emptyProgress;
	for (const event of events) progress = reduceProgress(progress, event);
	return progress;
};
