import path from 'node:path';
import type {Project, Service} from '../descriptor/project.ts';
import {dockerfileName, hasDockerfile} from './dockerfile-place.ts';
import {relativePath, resolveSource, SourceError} from './paths.ts';
import {findRailpackTools, type RailpackFinding, type RailpackTools} from './railpack/find-railpack.ts';
import type {SourceSelection} from './select-source.ts';

/** The builder of a service's image, and why it was chosen. */
export type Builder = DockerfileBuilder | DetectedBuilder | RailpackBuilder;

type DockerfileBuilder = {
	readonly type: 'dockerfile';
	/** Real path of the Dockerfile. */
	readonly dockerfile: string;
	/** For people: `Dockerfile in services/web`. */
	readonly reason: string;
};

/** The built-in builder, which generates a Dockerfile for the build. */
export type DetectedBuilder = {
	readonly type: 'detected';
	/** What was looked for before, for the error if nothing is detected. */
	readonly lookedFor: readonly string[];
	/** For people, shown after the detected stack: `railpack not found`. */
	readonly reason: string;
};

export type RailpackBuilder = {readonly type: 'railpack'; readonly tools: RailpackTools; readonly reason: string};

/** Rejects options that a Dockerfile build does not support (docs/rules.md, "Dockerfile builds"). */
function checkDockerfileService(service: Service): void {
	const refuse = (option: string, needs: string, field: readonly string[]) =>
		new SourceError(
			`${option} is only supported for ${needs}. Service "${service.path}" resolved to Dockerfile build.`,
			field,
			`Put it in the Dockerfile and remove it from services.${service.name}.`,
		);
	const {command, packages} = service.build;
	if (command !== undefined) throw refuse('Build command', 'source-built services', ['build', 'command']);
	if (packages.build.length + packages.runtime.length > 0)
		throw refuse('Build packages', 'source-built services', ['build', 'packages']);
	if (service.run.command !== undefined)
		throw refuse('Run command', 'services with an authored runtime process', ['run', 'command']);
}

/**
 * Chooses the builder of a service (docs/rules.md, "Which builder"). Throws a UserError if the service uses options that
 * the builder does not support.
 */
export async function chooseBuilder(
	service: Service,
	project: Pick<Project, 'directory'>,
	selection: Pick<SourceSelection, 'boundary' | 'projectDirectory' | 'serviceDirectory' | 'root'>,
	findRailpack = (): Promise<RailpackFinding> => findRailpackTools(selection.projectDirectory),
): Promise<Builder> {
	const {boundary, projectDirectory, serviceDirectory, root} = selection;
	const {strategy} = service.build;
	const find = (given: string) => {
		const label = 'dockerfile path';
		return resolveSource({boundary, directory: project.directory, label, path: given, expects: 'file'});
	};
	const shownDirectory = (directory: string) => relativePath(projectDirectory, directory) || '.';
	const ignored = (why: string) => `${dockerfileName} in ${shownDirectory(serviceDirectory)}: not used, because ${why}`;
	if (service.kind === 'static') {
		return {type: 'detected', lookedFor: [ignored('the service is static')], reason: 'static'};
	}
	const withoutDockerfile = async (lookedFor: readonly string[]): Promise<Builder> => {
		const found = await findRailpack();
		if (!('tools' in found)) {
			return {type: 'detected', lookedFor: [...lookedFor, `Railpack: ${found.missing}`], reason: found.missing};
		}
		const {tools} = found;
		return {type: 'railpack', tools, reason: `railpack ${tools.version} with ${tools.driver}`};
	};
	if (strategy === 'railpack') return withoutDockerfile([ignored('build.strategy is railpack')]);

	if (service.dockerfile !== undefined) {
		const {path: dockerfile} = await find(service.dockerfile);
		checkDockerfileService(service);
		return {type: 'dockerfile', dockerfile, reason: `dockerfile: ${service.dockerfile}`};
	}
	const places = service.context === undefined ? [serviceDirectory] : [serviceDirectory, root];
	for (const place of places) {
		if (!hasDockerfile(place)) continue;
		const {path: dockerfile} = await find(path.relative(projectDirectory, path.join(place, dockerfileName)));
		checkDockerfileService(service);
		return {type: 'dockerfile', dockerfile, reason: `${dockerfileName} in ${shownDirectory(place)}`};
	}
	if (strategy === 'dockerfile') {
		throw new SourceError(
			`Build strategy "dockerfile" requires a Dockerfile in service directory "${service.path ?? service.context}".`,
			['build', 'strategy'],
		);
	}
	return withoutDockerfile(places.map(place => `${dockerfileName} in ${shownDirectory(place)}: not found`));
}
