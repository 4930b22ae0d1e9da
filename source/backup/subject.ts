import {present} from '../descriptor/present.ts';
import type {Project} from '../descriptor/project.ts';
import {UserError} from '../errors.ts';
import {command} from '../hint.ts';
import {isVolumeOfService} from '../model/backed-up.ts';
import {resourceContainerName} from '../model/names.ts';
import type {DesiredResource} from '../model/specs.ts';
import type {State} from '../state/state.ts';
import {findResource, knownResource} from './definition.ts';
import {findVolume} from './volumes.ts';

/**
 * A volume of a service as what a backup is of: a resource that has this volume and nothing else. Its container name is only
 * what the names of operation containers begin with.
 */
function volumeOfService(project: Project, state: State, name: string): DesiredResource {
	const {address, owner, handle} = findVolume(state, name);
	if (Object.hasOwn(state.resources, owner))
		throw new UserError(`Volume ${name} is backed up with the resource ${owner}.`, {
			hint: command('resource backup list', '--resource', owner),
		});
	const record = state.volumes[address]!;
	const service = project.services.find(each => each.name === owner);
	const backup = service ? service.volumes?.[handle]?.backup : record.backup;
	return {
		address,
		name,
		containerName: resourceContainerName(state.project, state.environment, name),
		spec: {image: '', env: {}, hostname: '', ports: [], volumes: {[handle]: record.mountPath}},
		restart: 'no',
		generatedVariables: {},
		outputs: {},
		operations: present({backup, restore: {preset: 'archive' as const}}),
	};
}

/**
 * What a backup is of, by its name: a resource or a volume of a service, with what compartment.yml declares of it now.
 * @throws UserError when there is none
 */
export const findSubject = (project: Project, state: State, name: string): DesiredResource =>
	isVolumeOfService(name) ? volumeOfService(project, state, name) : knownResource(project, findResource(state, name));

/** The names of all resources, and of all volumes of services that have not been released. */
export const subjectNames = ({resources, volumes}: State): string[] => [
	...Object.keys(resources),
	...Object.entries(volumes).flatMap(([address, {isReleased}]) => {
		const name = address.slice('volume.'.length);
		const [owner = ''] = name.split('.');
		return isReleased || Object.hasOwn(resources, owner) ? [] : [name];
	}),
];
