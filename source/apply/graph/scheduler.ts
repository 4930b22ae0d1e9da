import {createSlots, type Idle} from './slots.ts';
import type {Step as PlannedStep} from './step.ts';

/** A node of the graph. It runs when everything that it depends on is done. */
type Node = Pick<PlannedStep, 'id' | 'dependsOn'>;

export type StepOutcome = 'done' | 'failed' | 'skipped';

type SchedulerOptions<Step extends Node> = {
	/** How many steps work at the same time; those that only wait do not count. */
	readonly parallelism: number;
	/** While true, no step starts. */
	readonly isStopping: () => boolean;
	readonly run: (step: Step, idle: Idle) => Promise<void>;
	readonly onSkip: (step: Step, reason: 'cancelled' | 'dependency') => void;
	readonly onFail: (step: Step, error: unknown) => void;
};

/**
 * Runs the graph, independent steps in parallel. A failed step skips only the steps that depend on it; ids in `dependsOn`
 * that are not in the graph count as done. Resolves when no step runs any more.
 */
export async function runSteps<Step extends Node>(
	steps: readonly Step[],
	options: SchedulerOptions<Step>,
): Promise<Map<string, StepOutcome>> {
	const outcomes = new Map<string, StepOutcome>();
	const known = new Set(steps.map(step => step.id));
	const waiting = new Set(steps);
	const running = new Set<Promise<void>>();
	let woken = Promise.withResolvers<void>();
	const slots = createSlots(options.parallelism, () => woken.resolve());

	const skip = (step: Step, reason: 'cancelled' | 'dependency') => {
		waiting.delete(step);
		outcomes.set(step.id, 'skipped');
		options.onSkip(step, reason);
	};
	const start = (step: Step) => {
		waiting.delete(step);
		const task = options.run(step, slots.createIdle()).then(
			() => {
				outcomes.set(step.id, 'done');
			},
			(error: unknown) => {
				outcomes.set(step.id, 'failed');
				options.onFail(step, error);
			},
		);
		const tracked = task.finally(() => {
			running.delete(tracked);
			slots.giveBack();
		});
		running.add(tracked);
	};
	const visit = (step: Step) => {
		const before = step.dependsOn.filter(id => known.has(id)).map(id => outcomes.get(id));
		// Waits for all outcomes even after a failure, so that an action is not skipped while a part of it still runs.
		if (before.some(outcome => outcome === undefined)) return;
		if (before.some(outcome => outcome !== 'done')) skip(step, 'dependency');
		else if (options.isStopping()) skip(step, 'cancelled');
		else if (slots.tryTake()) start(step);
	};

	while (waiting.size > 0 || running.size > 0) {
		let before: number;
		do {
			before = waiting.size;
			for (const step of [...waiting]) visit(step);
		} while (waiting.size < before && waiting.size > 0);
		if (running.size > 0) {
			await Promise.race([...running, woken.promise]);
			woken = Promise.withResolvers();
		} else if (waiting.size > 0)
			throw new Error(`steps depend on each other: ${[...waiting].map(({id}) => id).join(', ')}`);
	}
	return outcomes;
}
