import type {Finding, Path} from '../descriptor/problem.ts';
import type {Project} from '../descriptor/project.ts';
import {isMap, listOf, mapOf, type Raw} from '../descriptor/rules/raw.ts';
import {UserError} from '../errors.ts';
import {chooseBuilder} from './choose.ts';
import {findBoundary, resolveSource, SourceError, type SourceLabel} from './paths.ts';
import {selectSource} from './select-source.ts';

type Expected = {readonly field: Path; readonly label: SourceLabel; readonly expects: 'file' | 'directory' | 'any'};

/** The paths of a service as written in the file, which may be invalid. */
function pathsOf(written: unknown): (Expected & {readonly given: string})[] {
	const service: Raw = typeof written === 'string' ? {path: written} : mapOf(written);
	if (service.image !== undefined) return [];
	const includes = listOf(mapOf(service.build).include);
	const own = service.path === undefined ? [] : [{field: ['path'], given: service.path}];
	const all: {field: Path; given: unknown; label: SourceLabel; expects: Expected['expects']}[] = [
		...own.map(path => ({...path, label: 'Service path', expects: 'directory'}) as const),
		{field: ['context'], given: service.context, label: 'context path', expects: 'directory'},
		{field: ['dockerfile'], given: service.dockerfile, label: 'dockerfile path', expects: 'file'},
		...includes.map(
			(given, index) =>
				({field: ['build', 'include', index], given, label: 'build.include path', expects: 'any'}) as const,
		),
	];
	return all.flatMap(({given, ...expected}) => (typeof given === 'string' ? [{...expected, given}] : []));
}

async function messageOfRefusal(work: Promise<unknown>): Promise<UserError | undefined> {
	try {
		await work;
		return undefined;
	} catch (error) {
		if (error instanceof UserError) return error;
		throw error;
	}
}

/** Problems that need valid paths to be found: a missing Dockerfile, or options that a Dockerfile build does not support. */
async function builderProblem(project: Project, name: string): Promise<Finding[]> {
	const service = project.services.find(candidate => candidate.name === name);
	if (!service || service.image !== undefined) return [];
	const choose = async () =>
		// Whether Railpack is installed does not matter here.
		chooseBuilder(service, project, await selectSource(project, service), async () => ({missing: ''}));
	const error = await messageOfRefusal(choose());
	if (!error) return [];
	const field = error instanceof SourceError ? error.field : [];
	return [{path: ['services', name, ...field], message: error.message}];
}

/**
 * Finds paths in compartment.yml that are missing, of the wrong type or outside the repository, and problems with
 * Dockerfiles. Used by validate and plan.
 * @param descriptor compartment.yml as written
 * @param project the parsed file; undefined if it is invalid
 */
export async function findSourceProblems(
	directory: string,
	descriptor: unknown,
	project: Project | undefined,
): Promise<Finding[]> {
	const boundary = await findBoundary(directory);
	const services = Object.entries(mapOf(mapOf(descriptor).services));
	const found = await Promise.all(
		services.map(async ([name, written]): Promise<Finding[]> => {
			const refusals = await Promise.all(
				pathsOf(written).map(async ({field, label, given, expects}): Promise<Finding[]> => {
					const error = await messageOfRefusal(resolveSource({boundary, directory, label, path: given, expects}));
					const path: Path = ['services', name, ...(isMap(written) ? field : [])];
					return error ? [{path, message: error.message}] : [];
				}),
			);
			const problems = refusals.flat();
			return problems.length > 0 || !project ? problems : builderProblem(project, name);
		}),
	);
	return found.flat();
}
