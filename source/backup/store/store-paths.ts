import {isId} from '../../model/ids.ts';
import {environmentSlug} from '../../model/names.ts';
import {isLineage} from '../../state/trust-key.ts';
import type {StoreFile} from './store.ts';

/** Where the backups of one environment's resource are in a store. */
export type StoredPlace = {
	readonly project: string;
	readonly environment: string;
	/** Of the state that they were made from: environments of one name on two machines never touch each other's. */
	readonly lineage: string;
	readonly resource: string;
};

/** Folder of all backups of environments of a name. */
export const environmentFolder = ({project, environment}: Pick<StoredPlace, 'project' | 'environment'>): string =>
	`${project}/${environmentSlug(environment)}`;

/** Folder of a resource's backups. */
export const resourceFolder = ({lineage, resource, ...name}: StoredPlace): string =>
	`${environmentFolder(name)}/${lineage}/${resource}`;

/** The two files of a backup. It counts when its manifest is there, which is written last and removed first. */
export const artifactFile = (place: StoredPlace, id: string): string => `${resourceFolder(place)}/${id}.tar.gz.age`;
export const manifestFile = (place: StoredPlace, id: string): string => `${resourceFolder(place)}/${id}.json.age`;

/** A backup, or a part of one, as a list of files shows it. */
export type StoredFiles = {
	readonly id: string;
	readonly lineage: string;
	readonly resource: string;
	/** Path of the manifest; undefined while it is not there. */
	readonly manifest: string | undefined;
	readonly artifact: StoreFile | undefined;
};

/** A backup that counts. */
export type CompleteFiles = StoredFiles & {readonly manifest: string; readonly artifact: StoreFile};

export const isComplete = (files: StoredFiles): files is CompleteFiles =>
	files.manifest !== undefined && files.artifact !== undefined;

const pattern =
	/^(?<lineage>[0-9a-f-]{36})\/(?<resource>[a-z0-9][a-z0-9_.-]{0,62})\/(?<id>rbak_\w+)\.(?<kind>tar\.gz|json)\.age$/;

/** The backups among the files of an environment, newest first. Whatever else is there is ignored. */
export function groupFiles(
	name: Pick<StoredPlace, 'project' | 'environment'>,
	files: readonly StoreFile[],
): readonly StoredFiles[] {
	const start = `${environmentFolder(name)}/`;
	const found = new Map<string, StoredFiles>();
	for (const file of files) {
		const {lineage, resource, id, kind} =
			(file.path.startsWith(start) && pattern.exec(file.path.slice(start.length))?.groups) || {};
		if (!isLineage(lineage) || !isId('rbak', id) || resource === undefined) continue;
		const key = `${lineage}/${resource}/${id}`;
		const known = found.get(key) ?? {id, lineage, resource, manifest: undefined, artifact: undefined};
		found.set(key, kind === 'json' ? {...known, manifest: file.path} : {...known, artifact: file});
	}
	return [...found.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}
