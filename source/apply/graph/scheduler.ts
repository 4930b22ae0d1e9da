import {createSlots, type Idle} from './slots.ts';
import type {StepOutcome} from './step.ts';
import {createWaiting, type Node} from './waiting.ts';

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
	const running = new Set<Step>();
	const waiting = createWaiting(steps, outcomes);
	let woken = Promise.withResolvers<void>();
	const slots = createSlots(options.parallelism, () => woken.resolve());

	/** Records an outcome, and skips all that can no longer run because of it. */
	const settle = (step: Step, outcome: StepOutcome) => {
		outcomes.set(step.id, outcome);
		for (const lost of waiting.release(step)) skip(lost, 'dependency');
	};
	const skip = (step: Step, reason: 'cancelled' | 'dependency') => {
		options.onSkip(step, reason);
		settle(step, 'skipped');
	};
	const start = async (step: Step): Promise<void> => {
		running.add(step);
		let outcome: StepOutcome = 'done';
		try {
			await options.run(step, slots.createIdle());
		} catch (error) {
			outcome = 'failed';
			options.onFail(step, error);
		}
		running.delete(step);
		settle(step, outcome);
		slots.giveBack();
		woken.resolve();
	};

	for (;;) {
		for (let step = waiting.take(); step; step = waiting.take()) {
			if (options.isStopping()) {
				skip(step, 'cancelled');
			} else if (slots.tryTake()) {
				void start(step);
			} else {
				waiting.putBack(step);
				break;
			}
		}
		if (running.size === 0) break;
		await woken.promise;
		woken = Promise.withResolvers();
	}
	if (outcomes.size < steps.length) {
		const left = steps.filter(({id}) => !outcomes.has(id)).map(({id}) => id);
		throw new Error(`steps depend on each other: ${left.join(', ')}`);
	}
	return outcomes;
}
