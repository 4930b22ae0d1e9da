import type {Step as PlannedStep, StepOutcome} from './step.ts';

/** A node of the graph. It runs when everything that it depends on is done. */
export type Node = Pick<PlannedStep, 'id' | 'dependsOn'>;

/** The steps that have not begun. The end of a step costs what depends on it, not a look at all steps. */
export type Waiting<Step> = {
	/** The first step of the graph that may begin; it counts as begun. */
	readonly take: () => Step | undefined;
	/** Takes back the step that was taken last. */
	readonly putBack: (step: Step) => void;
	/**
	 * Lets steps begin that waited only for this one. Returns those that cannot, because a step that they need was not done.
	 * They wait for all outcomes even so, so that an action is not skipped while a part of it still runs.
	 */
	readonly release: (step: Step) => readonly Step[];
};

/** @param outcomes of the steps that have ended; the caller adds to it before a release */
export function createWaiting<Step extends Node>(
	steps: readonly Step[],
	outcomes: ReadonlyMap<string, StepOutcome>,
): Waiting<Step> {
	const places = new Map(steps.map((step, place) => [step, place]));
	const known = new Set(steps.map(({id}) => id));
	const missing = new Map<Step, number>();
	const dependents = new Map<string, Step[]>(steps.map(({id}) => [id, []]));
	for (const step of steps) {
		const before = new Set(step.dependsOn).intersection(known);
		missing.set(step, before.size);
		for (const id of before) dependents.get(id)!.push(step);
	}
	// In the order of the graph.
	const ready = steps.filter(step => missing.get(step) === 0);
	const insert = (step: Step): void => {
		const place = places.get(step)!;
		const before = ready.findLastIndex(other => places.get(other)! < place);
		ready.splice(before + 1, 0, step);
	};
	const isLost = ({dependsOn}: Step): boolean => dependsOn.some(id => (outcomes.get(id) ?? 'done') !== 'done');

	return {
		take: () => ready.shift(),
		putBack: step => void ready.unshift(step),
		release({id}) {
			const lost: Step[] = [];
			for (const step of dependents.get(id)!) {
				const left = missing.get(step)! - 1;
				missing.set(step, left);
				if (left > 0) continue;
				if (isLost(step)) lost.push(step);
				else insert(step);
			}
			return lost;
		},
	};
}
