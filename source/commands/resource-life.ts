import {assertDeletable, removeResource, startResource, stopResource} from '../backup/resource-life.ts';
import {again} from '../hint.ts';
import {jsonDocument} from '../output/json.ts';
import {isJson} from './flags.ts';
import {confirmByName} from './resource-confirm.ts';
import {describeResource, placeOf, reportResources} from './resource-report.ts';
import {type ResourceFlags, workOn} from './resource-work.ts';
import {createTerminal} from './terminal.ts';
import {openWorkspace, readExistingState} from './workspace.ts';

/** `compartment resource start|stop`: one resource, as it was recorded. */
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

type DeleteFlags = ResourceFlags & {readonly deleteData?: boolean; readonly yes?: boolean};

/** `compartment resource delete`: the container goes; the data too when told so and confirmed (contract 6.3). */
export async function resourceDelete(flags: DeleteFlags): Promise<void> {
	const {print} = createTerminal(flags);
	const {resource: name, deleteData = false} = flags;
	const state = await readExistingState(await openWorkspace(flags));
	assertDeletable(state, name);
	if (deleteData)
		await confirmByName({
			name,
			consequence: `Delete data volumes for resource ${name}.`,
			isConfirmed: flags.yes === true,
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
