import {assertDeletable, removeResource, startResource, stopResource} from '../../backup/resource-life.ts';
import {canAsk} from '../../console/can-ask.ts';
import {confirmByName} from '../../console/confirm-name.ts';
import {type ResourceFlags, workOn} from '../../console/watch-work.ts';
import type {Project} from '../../descriptor/project.ts';
import {again} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {createTerminal} from '../../output/terminal.ts';
import {describeResource, placeOf, reportResources} from '../../report/resources.ts';
import type {State} from '../../state/state.ts';
import {isJson} from '../../workspace/flags.ts';
import {openWorkspace, readExistingState} from '../../workspace/workspace.ts';

/** `compartment resource start|stop`: starts or stops one resource, as recorded in the state. */
export async function resourceLife(verb: 'start' | 'stop', flags: ResourceFlags): Promise<void> {
	const {print} = createTerminal(flags);
	const name = flags.resource;
	const {state, resource} = await workOn(flags, `resource ${verb}`, async (work, workspace) => {
		await (verb === 'start' ? startResource(work, name) : stopResource(work, name));
		const current = work.context.state.current();
		const resources = await reportResources(workspace, current);
		return {state: current, resource: resources.find(candidate => candidate.name === name)!};
	});
	if (isJson(flags)) process.stdout.write(jsonDocument({...placeOf(state), resource}));
	else print(describeResource(resource));
}

/** Services that use an output of a resource, by a connection or a binding. */
function connectedServices({services}: Project, {bindings}: State, name: string): string[] {
	const declared = services.filter(({connections}) => connections.some(({resource}) => resource === name));
	const bound = bindings.filter(({resource}) => resource === name);
	return [...new Set([...declared.map(service => service.name), ...bound.map(({service}) => service)])].sort();
}

type DeleteFlags = ResourceFlags & {readonly deleteData?: boolean; readonly yes?: boolean};

/**
 * `compartment resource delete`: removes the container, and with `--delete-data` the volumes
 * (docs/rules.md, "Deleting").
 */
export async function resourceDelete(flags: DeleteFlags): Promise<void> {
	const {print, inform} = createTerminal(flags);
	const {resource: name, deleteData = false} = flags;
	const workspace = await openWorkspace(flags);
	const state = await readExistingState(workspace);
	assertDeletable(state, name);
	const connected = connectedServices(workspace.project, state, name);
	if (connected.length > 0) inform(`Connected to resource ${name}: ${connected.join(', ')}.`);
	if (deleteData)
		await confirmByName({
			name,
			consequence: `Delete data volumes for resource ${name}.`,
			// Outside a terminal, the flag itself is the confirmation.
			isConfirmed: flags.yes === true || !canAsk(),
			refusal: 'Resource data delete requires interactive confirmation.',
			hint: again('--yes'),
			cancelled: 'Resource data delete cancelled.',
		});
	const retainedVolumes = await workOn(flags, 'resource delete', work => removeResource(work, name, deleteData));
	if (isJson(flags)) process.stdout.write(jsonDocument({retainedVolumes, success: true}));
	else
		print(
			retainedVolumes.length > 0
				? `Resource deleted. Retained volumes: ${retainedVolumes.join(', ')}.`
				: 'Resource deleted.',
		);
}
