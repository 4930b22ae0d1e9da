import type {Step} from './step.ts';

/** An action that cannot be finished any more, and the action that failed. */
type Lost = {readonly address: string; readonly cause: string};

/**
 * Finds the actions that can no longer be finished, because a step that they need has failed. An action is lost when
 * nothing of it runs and none of its other steps can begin, so that what it still does is never reported as over.
 */
export function createLosses(steps: readonly Step[]) {
	const known = new Set(steps.map(({id}) => id));
	const dependents = new Map<string, Step[]>(steps.map(({id}) => [id, []]));
	const ofAction = Map.groupBy(
		steps.filter(({address}) => address !== null),
		({address}) => address!,
	);
	for (const step of steps) for (const id of step.dependsOn) if (known.has(id)) dependents.get(id)!.push(step);
	const running = new Set<string>();
	const ended = new Set<string>();
	// By step, the address of what failed.
	const causes = new Map<string, string>();
	// Actions with a lost step, until they are returned.
	const open = new Map<string, string>();

	return {
		begin: ({id}: Step) => void running.add(id),
		end({id}: Step) {
			running.delete(id);
			ended.add(id);
		},
		/** Loses every step that needs this one, directly or not. The first cause counts. */
		lose({id}: Step, cause: string) {
			const reached = [id];
			for (const each of reached)
				for (const step of dependents.get(each) ?? []) {
					if (causes.has(step.id)) continue;
					causes.set(step.id, cause);
					reached.push(step.id);
					if (step.address !== null && !open.has(step.address)) open.set(step.address, cause);
				}
		},
		/** The actions that were lost since the last call. */
		take(): Lost[] {
			const lost: Lost[] = [];
			for (const [address, cause] of open) {
				const left = ofAction.get(address)!.filter(({id}) => !ended.has(id));
				if (left.some(({id}) => running.has(id) || !causes.has(id))) continue;
				open.delete(address);
				if (left.length > 0) lost.push({address, cause});
			}
			return lost;
		},
	};
}
