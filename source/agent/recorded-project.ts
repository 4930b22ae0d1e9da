import type {Project} from '../descriptor/project.ts';
import type {EnvironmentWorld} from './duty.ts';

/** A project that declares nothing: an agent follows what the last apply recorded, never the files. */
export const recordedProject = ({project, folder}: Pick<EnvironmentWorld, 'project' | 'folder'>): Project => ({
	name: project,
	directory: folder,
	services: [],
	resources: [],
	routes: [],
	hash: '',
	warnings: [],
});
