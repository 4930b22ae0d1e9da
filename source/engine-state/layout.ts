import {environmentSlug} from '../model/names.ts';
import type {EnvironmentName} from '../state/state.ts';

export const stateFile = 'state.json';
export const journalFile = 'journal.ndjson';
/** Holder of the lock, as JSON: of a running command, or of one that was cut off. */
export const ownerFile = 'owner.json';
/** Who moved the state to a folder, as JSON. */
export const movedFile = 'moved.json';

/**
 * Name of an environment's folders. Not its lineage: two first applies meet at one lock, and a new clone knows the name. No
 * project has a dot in its name.
 */
export const folderName = ({project, environment}: EnvironmentName): string =>
	`${project}.${environmentSlug(environment)}`;
