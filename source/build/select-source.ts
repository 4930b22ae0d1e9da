import {realpathSync} from 'node:fs';
import path from 'node:path';
import type {Build, Project, Service} from '../descriptor/project.ts';
import {UserError} from '../errors.ts';
import {findBoundary, isInside, relativePath, resolveSource, SourceError, type SourcePath} from './paths.ts';

/** The files on disk that belong to a service. */
export type SourceSelection = {
	/** Real path of the boundary; see `findBoundary`. */
	readonly boundary: string;
	/** Real path of the directory of compartment.yml. */
	readonly projectDirectory: string;
	/** Real path of the service's own directory. */
	readonly serviceDirectory: string;
	/** Real path of the context root: the common ancestor of the selected paths, or `context`. */
	readonly root: string;
	/** The selected paths: the service path (or `context`) and the include targets. */
	readonly selected: readonly SourcePath[];
};

/** The fields of a service that select its source. */
export type SelectedService = Pick<Service, 'name' | 'path' | 'context'> & {readonly build: Pick<Build, 'include'>};

/** The deepest directory that contains all of these. */
function commonAncestor(directories: readonly string[]): string {
	let ancestor = directories[0]!;
	while (!directories.every(directory => isInside(ancestor, directory))) ancestor = path.dirname(ancestor);
	return ancestor;
}

/**
 * Resolves `path`, `context` and `build.include` of a service and finds the context root (docs/rules.md, "Build
 * context"). With `context`, that directory is the root, and includes must be inside it.
 */
export async function selectSource(
	project: Pick<Project, 'directory'>,
	service: SelectedService,
): Promise<SourceSelection> {
	const boundary = await findBoundary(project.directory);
	const resolve = (label: SourcePath['label'], given: string, expects: 'directory' | 'any') =>
		resolveSource({boundary, directory: project.directory, label, path: given, expects});
	const given = service.path ?? service.context;
	if (given === undefined) throw new UserError(`Service "${service.name}" has no path to build from.`);

	const own = await resolve('Service path', given, 'directory');
	const context =
		service.context === undefined ? undefined : await resolve('context path', service.context, 'directory');
	const includes = await Promise.all(service.build.include.map(entry => resolve('build.include path', entry, 'any')));

	const main = context ?? own;
	const directoryOf = (source: SourcePath) => (source.type === 'directory' ? source.path : path.dirname(source.path));
	const root = context?.path ?? commonAncestor([main, ...includes].map(directoryOf));
	const outside = includes.find(include => !isInside(root, include.path));
	if (outside) {
		throw new SourceError(
			`build.include path "${outside.given}" must lie in the context "${service.context}".`,
			['build', 'include', includes.indexOf(outside)],
			`Widen services.${service.name}.context, or remove it: the context is then derived from path and include.`,
		);
	}
	return {
		boundary,
		projectDirectory: realpathSync.native(project.directory),
		serviceDirectory: own.path,
		root,
		selected: [main, ...includes],
	};
}

/** Folder of the service in the source; empty if the source does not contain it. */
export const serviceFolderOf = ({root, serviceDirectory}: SourceSelection): string =>
	isInside(root, serviceDirectory) ? relativePath(root, serviceDirectory) : '';
