import type {Step} from '../../apply/graph/step.ts';
import type {Plan} from '../../plan/plan.ts';
import {sanitiseLine} from '../sanitise.ts';

type Line = {
	readonly number: number;
	readonly task: string;
	/** What the task is for, without its kind; empty if there is only one. */
	readonly name: string;
	/** The action that the step carries out; null for one that the plan does not list. */
	readonly address: string | null;
	/** Numbers of its direct dependencies. */
	readonly after: readonly number[];
	/** Main reason of the action; only on its first step. */
	readonly cause: string | null;
};

/** The steps in an order in which they could run one by one, each with its direct dependencies. */
function inOrder(steps: readonly Step[]): {readonly step: Step; readonly before: ReadonlySet<string>}[] {
	const known = new Set(steps.map(({id}) => id));
	// Step → all its direct and indirect dependencies.
	const behind = new Map<string, ReadonlySet<string>>();
	const ordered: {step: Step; before: Set<string>}[] = [];
	while (ordered.length < steps.length) {
		const ready = steps.find(
			({id, dependsOn}) => !behind.has(id) && dependsOn.every(other => behind.has(other) || !known.has(other)),
		);
		if (!ready) throw new Error('steps wait for each other');
		const direct = ready.dependsOn.filter(id => known.has(id));
		// Omit a dependency of another dependency.
		const before = direct.filter(id => !direct.some(other => behind.get(other)!.has(id)));
		behind.set(ready.id, new Set(direct.flatMap(id => [id, ...behind.get(id)!])));
		ordered.push({step: ready, before: new Set(before)});
	}
	return ordered;
}

/** The graph of an apply as data: numbered steps, each after its dependencies. */
export function describeGraph(steps: readonly Step[], {actions}: Pick<Plan, 'actions'>): Line[] {
	const ordered = inOrder(steps);
	const numbers = new Map(ordered.map(({step}, index) => [step.id, index + 1]));
	return ordered.map(({step: {id, task, name, address, isFirst}, before}) => {
		const after = [...before].map(other => numbers.get(other)!).sort((a, b) => a - b);
		const cause = isFirst ? (actions.find(action => action.address === address)?.reasons[0] ?? null) : null;
		return {number: numbers.get(id)!, task, name, address, after, cause};
	});
}

/** The graph as text, one line per step: `[3] after 1,2  start candidate web  (source changed: 1 file)`. */
export function renderGraph(steps: readonly Step[], plan: Pick<Plan, 'actions'>): string {
	const lines = describeGraph(steps, plan).map(({number, task, name, after, cause}) => {
		const start = after.length === 0 ? `[${number}]` : `[${number}] after ${after.join(',')}`;
		const title = name === '' ? task : `${task} ${sanitiseLine(name)}`;
		return [start, title, ...(cause === null ? [] : [`(${sanitiseLine(cause)})`])].join('  ');
	});
	return lines.length === 0 ? 'No steps: an apply would change nothing.' : lines.join('\n');
}
