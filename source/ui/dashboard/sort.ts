import type {Figures, ObjectView} from './data.ts';

/** What the list of services and resources can be sorted by, in the order in which a key changes it. */
export const sorts = ['worst first', 'name', 'requests', 'CPU', 'memory'] as const;

export type Sort = (typeof sorts)[number];

const ranks = {bad: 0, warning: 1, busy: 2, good: 3, quiet: 3} as const;

/** How urgently something needs a look: 0 first; 3 is nothing special. */
export const rankOf = ({tone, failure, drift}: Pick<ObjectView, 'tone' | 'failure' | 'drift'>): number =>
	Math.min(ranks[tone], failure !== undefined || drift.length > 0 ? ranks.warning : 3);

const figureOf: Readonly<Record<Exclude<Sort, 'worst first' | 'name'>, (figures: Figures) => number | undefined>> = {
	requests: ({requestsPerSecond}) => requestsPerSecond,
	CPU: ({cpu}) => cpu,
	memory: ({memory}) => memory,
};

/** Sorts; what is equal keeps its order, services before resources. */
export function sortObjects(
	objects: readonly ObjectView[],
	sort: Sort,
	figures: Readonly<Record<string, Figures>>,
): readonly ObjectView[] {
	if (sort === 'worst first') return objects.toSorted((a, b) => rankOf(a) - rankOf(b));
	if (sort === 'name') return objects.toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
	const figure = ({address}: ObjectView) => figureOf[sort](figures[address] ?? {}) ?? -1;
	return objects.toSorted((a, b) => figure(b) - figure(a));
}
