import {findResource} from '../../backup/definition.ts';
import type {ResourceFlags} from '../../console/watch-work.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {causeText, healthWord, restartsText} from '../../output/status/health-text.ts';
import {type Column, renderTable} from '../../output/table.ts';
import {createTerminal} from '../../output/terminal.ts';
import {describeResource, placeOf, type ResourceSummary, reportResources} from '../../report/resources.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {openWorkspace, readExistingState} from '../../workspace/workspace.ts';

/** Name, state and host, then restarts and the cause, if there are any. */
const listLine = ({name, health, cause, hostname, ...rest}: ResourceSummary): string =>
	[
		name,
		healthWord({state: health}),
		hostname,
		...(rest.restarts === 0 ? [] : [`restarts ${restartsText(rest)}`]),
		...(cause === null ? [] : [causeText({cause})]),
	].join('\t');

const columns: readonly Column<ResourceSummary>[] = [
	{title: 'RESOURCE', value: ({name}) => name},
	{title: 'STATE', value: ({health}) => healthWord({state: health})},
	{title: 'HOST', value: ({hostname}) => hostname},
	{title: 'RESTARTS', value: row => restartsText(row)},
	{title: 'CAUSE', value: ({cause}) => (cause === null ? '' : sanitiseLine(causeText({cause})))},
];

/** Omits RESTARTS and CAUSE when they are empty in every row. */
const shownColumns = (rows: readonly ResourceSummary[]) =>
	columns.filter(({title, value}) => !['RESTARTS', 'CAUSE'].includes(title) || rows.some(row => value(row) !== ''));

/** `compartment resource list`: lists the resources that exist. */
export async function resourceList(flags: CommonFlags): Promise<void> {
	const {print, paint, isSeen} = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const state = await readExistingState(workspace);
	const resources = await reportResources(workspace, state);
	if (isJson(flags)) process.stdout.write(jsonDocument({...placeOf(state), resources}));
	else if (resources.length === 0) print(`No resources found for ${state.project}/${sanitiseLine(state.environment)}.`);
	else if (isSeen) print(renderTable(shownColumns(resources), resources, {titleStyle: paint.dim}));
	else print(resources.map(listLine).join('\n'));
}

/** `compartment resource inspect`: shows the details of a resource. */
export async function resourceInspect(flags: ResourceFlags): Promise<void> {
	const {print} = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const state = await readExistingState(workspace);
	findResource(state, flags.resource);
	const resource = (await reportResources(workspace, state)).find(({name}) => name === flags.resource)!;
	if (isJson(flags)) process.stdout.write(jsonDocument({...placeOf(state), resource}));
	else print(describeResource(resource));
}
