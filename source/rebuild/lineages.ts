import {counted} from '../counted.ts';
import type {Observed} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {command} from '../hint.ts';
import {labels} from '../model/labels.ts';
import {genuine} from '../model/own.ts';
import type {EnvironmentName} from '../state/state.ts';
import {isLineage} from '../state/trust-key.ts';

/** Objects of one lineage on the engine. */
export type Lineage = {readonly lineage: string; readonly objects: Observed; readonly count: number};

/** The lineages that have objects of an environment, the one with the most first. */
export function lineagesOf(observed: Observed, {project, environment}: EnvironmentName): readonly Lineage[] {
	type Item = {readonly labels: Readonly<Record<string, string>>};
	const {containers, networks, volumes} = genuine(observed);
	const isHere = ({labels: own}: Item) =>
		own[labels.project] === project && own[labels.environment] === environment && isLineage(own[labels.lineage]);
	const all = [...containers, ...networks, ...volumes].filter(isHere);
	const found = [...new Set(all.map(({labels: own}) => own[labels.lineage]!))].map(lineage => {
		const isOf = (item: Item) => isHere(item) && item.labels[labels.lineage] === lineage;
		const objects = {
			containers: containers.filter(isOf),
			networks: networks.filter(isOf),
			volumes: volumes.filter(isOf),
		};
		return {lineage, objects, count: all.filter(isOf).length};
	});
	return found.sort((a, b) => b.count - a.count || (a.lineage < b.lineage ? -1 : 1));
}

const describe = ({lineage, objects: {containers, networks, volumes}}: Lineage): string => {
	const parts = [
		[containers.length, 'container'],
		[networks.length, 'network'],
		[volumes.length, 'volume'],
	] as const;
	const what = parts.flatMap(([count, noun]) => (count === 0 ? [] : [counted(count, noun)])).join(', ');
	return `${lineage}: ${what}`;
};

/**
 * The lineage whose state is rebuilt: the only one, or the one that the user named.
 * @param wanted its beginning, as `--lineage` gives it
 * @throws UserError when there is none, or it is not clear which
 */
export function chooseLineage(
	found: readonly Lineage[],
	{project, environment}: EnvironmentName,
	wanted: string | undefined,
): Lineage {
	if (found.length === 0)
		throw new UserError(
			`The engine has nothing of project ${project}, environment ${environment}. There is no state to rebuild.`,
			{hint: command('apply')},
		);
	const matching = wanted === undefined ? found : found.filter(({lineage}) => lineage.startsWith(wanted));
	const [only, another] = matching;
	if (only && !another) return only;
	const list = found.map(describe).join('\n');
	if (wanted !== undefined && !only)
		throw new UserError(`No objects of project ${project}, environment ${environment}, have lineage ${wanted}.`, {
			hint: list,
		});
	throw new UserError(
		`Objects of ${counted(matching.length, 'lineage')} of project ${project}, environment ${environment}, are on the engine:\n${list}`,
		{hint: command('state rebuild', '--lineage', matching[0]!.lineage)},
	);
}
