import type {Observed} from '../engine/engine.ts';
import type {UserError} from '../errors.ts';
import {labels} from '../model/labels.ts';
import {jsonDocument} from '../output/json.ts';
import {sanitiseLine} from '../output/sanitise.ts';
import {renderTable} from '../output/table.ts';
import type {Terminal} from '../output/terminal.ts';
import {lostState, strangersOf} from '../refresh/lost-state.ts';
import {type CommonFlags, isJson} from '../workspace/flags.ts';
import type {Workspace} from '../workspace/workspace.ts';

const describe = ({containers, networks, volumes}: Observed) => [
	...containers.map(({name, status, labels: own}) => ({address: own[labels.address] ?? '', name, status})),
	...networks.map(({name}) => ({address: 'network', name, status: ''})),
	...volumes.map(({name, labels: own}) => ({address: own[labels.address] ?? '', name, status: ''})),
];

/**
 * Prints what an environment has on the engine, by labels, when its state is missing or unusable. Returns the error to
 * throw, if any.
 * @param problem why the state cannot be used; undefined when there is none
 */
export async function statusWithoutState(
	{engine, project, environment, router}: Workspace,
	flags: CommonFlags,
	terminal: Terminal,
	problem?: UserError,
): Promise<UserError | undefined> {
	const name = {project: project.name, environment, lineage: ''};
	const wanted = {[labels.project]: project.name, [labels.environment]: environment};
	const found = strangersOf(await engine.observe(wanted), name);
	const error = problem ?? lostState(found, name, {hasState: false, router: router.name});
	const objects = describe(found).sort((a, b) => (a.address < b.address ? -1 : 1));
	if (objects.length === 0) return error;
	if (isJson(flags)) {
		const document = {project: {name: project.name}, environment: {name: environment}, state: null, objects};
		process.stdout.write(jsonDocument(document));
		return error;
	}
	type Row = (typeof objects)[number];
	const columns = [
		{title: 'ADDRESS', value: ({address}: Row) => sanitiseLine(address)},
		{title: 'NAME', value: ({name}: Row) => sanitiseLine(name)},
		{title: 'STATUS', value: ({status}: Row) => sanitiseLine(status)},
	];
	terminal.print(
		`On the engine, by its labels:\n\n${renderTable(columns, objects, {titleStyle: terminal.paint.dim})}\n`,
	);
	return error;
}
