import type {Step} from './step.ts';

/** The steps that a scheduler would start at once: those that wait for no other one, as many as may run side by side. */
export function firstSteps(steps: readonly Step[], parallelism: number): readonly Step[] {
	const known = new Set(steps.map(({id}) => id));
	return steps.filter(({dependsOn}) => !dependsOn.some(id => known.has(id))).slice(0, parallelism);
}
