import {join} from 'node:path';
import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {findPlace} from './discover.ts';
import {hashFiles} from './files-hash.ts';
import {descriptorFile, routesFile} from './names.ts';
import type {Project} from './project.ts';
import {findProjectCache, isCacheable, readCachedProject, writeCachedProject} from './project-cache.ts';
import type {LookAround} from './read.ts';
import {readBytes} from './yaml/bytes.ts';

const notFound = () =>
	new UserError(
		`${descriptorFile} was not found in the current directory. This command requires a local compartment repo.`,
		{hint: hint`${command('init')}, or for a Compose file ${command('import', 'compose.yaml')}`},
	);

/**
 * The content of compartment.yml, parsed but not validated. Throws a UserError when the file is missing, or a
 * DescriptorError when it is not YAML.
 */
export const readWrittenDescriptor = async (directory: string): Promise<unknown> => {
	const read = readBytes(join(findPlace(directory).directory, descriptorFile));
	if (read.kind === 'missing') throw notFound();
	return (await import('./read.ts')).readWritten(read);
};

/**
 * Reads both files like `loadProject`, but never from the cache, and adds the findings of `look`, which checks the project's
 * surroundings, to the problems of the DescriptorError.
 */
export const examineProject = async (
	directory: string,
	look: (directory: string, ...seen: Parameters<LookAround>) => ReturnType<LookAround>,
): Promise<Project> => {
	const place = findPlace(directory);
	const descriptor = readBytes(join(place.directory, descriptorFile));
	if (descriptor.kind === 'missing') throw notFound();
	const routes = readBytes(join(place.directory, routesFile));
	const {readAndLook} = await import('./read.ts');
	return readAndLook({descriptor, routes}, place.directory, place.ascent, (...seen) => look(place.directory, ...seen));
};

/**
 * Finds compartment.yml from `directory` upwards (docs/rules.md, "Where the files are found"), reads it and
 * compartment.routes.yml beside it, and returns the project with all defaults. Throws a DescriptorError with every problem
 * of both files, or a UserError when there is no descriptor.
 */
export const loadProject = async (directory: string): Promise<Project> => {
	const place = findPlace(directory);
	const descriptor = readBytes(join(place.directory, descriptorFile));
	if (descriptor.kind === 'missing') throw notFound();
	const routes = readBytes(join(place.directory, routesFile));
	const files = {descriptor, routes};
	const cache = isCacheable(files) ? findProjectCache() : undefined;
	const known = cache && readCachedProject(cache, {...place, hash: hashFiles(files)});
	if (known) return known;
	// Loading the parser and the schema takes longer than reading a small project.
	const {readProject} = await import('./read.ts');
	const project = readProject(files, place.directory, place.ascent);
	if (cache) writeCachedProject(cache, place.ascent, project);
	return project;
};
