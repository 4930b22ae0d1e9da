import type {Work} from '../work.ts';
import type {StoreAccess} from './open-store.ts';
import type {StoredPlace} from './store-paths.ts';

/** How this work reaches the stores of the settings. */
export const accessOf = ({context: {settings, project, signal}}: Work): StoreAccess => ({
	settings,
	folder: project.directory,
	signal,
});

/** Where a resource's backups of this environment are in a store. */
export function placeIn({context}: Work, resource: string): StoredPlace {
	const {project, environment, lineage} = context.plan;
	return {project, environment, lineage, resource};
}
