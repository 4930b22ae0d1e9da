import type {Path, Report} from '../problem.ts';
import {isSteeringName} from '../steering-names.ts';
import {isMap, listOf, mapOf, type Raw} from './raw.ts';

const railpackOnly = ['command', 'packages', 'outputDirectory'] as const;

/** Build variables reach tools on this machine, with values that a repository chooses. */
const checkNames = (names: unknown, path: Path, report: Report): void => {
	for (const [index, name] of listOf(names).entries())
		if (typeof name === 'string' && isSteeringName(name) && !name.startsWith('COMPARTMENT_'))
			report(
				[...path, index],
				`must not be ${name}, which changes how build tools on this machine run; in a Dockerfile write ENV ${name}=…`,
			);
};

/** The value of a connection is known only when the resource runs, after the build. */
const checkConnected = (names: unknown, service: Raw, path: Path, report: Report): void => {
	const connected = Object.values(mapOf(service.connections)).flatMap(connection =>
		Object.keys(mapOf(mapOf(connection).env)),
	);
	for (const [index, name] of listOf(names).entries())
		if (typeof name === 'string' && connected.includes(name))
			report(
				[...path, index],
				`Build variable "${name}" uses a descriptor resource connection. Resource outputs resolve at runtime and cannot be exposed to build.`,
			);
};

/**
 * Rules between the build fields of one service, and between them and its other fields
 * (docs/rules.md, "Dockerfile builds").
 */
export const checkBuild = (service: Raw, path: Path, report: Report): void => {
	const build = mapOf(service.build);
	const {packages} = build;
	checkNames(build.env, [...path, 'build', 'env'], report);
	checkConnected(build.env, service, [...path, 'build', 'env'], report);
	const isDockerfile = build.strategy === 'dockerfile' || service.dockerfile !== undefined;
	if (isDockerfile) {
		for (const field of railpackOnly)
			if (build[field] !== undefined)
				report(
					[...path, 'build', field],
					`build.${field} is only supported when the build strategy resolves to Railpack.`,
					{mark: 'key'},
				);
		if (mapOf(service.run).command !== undefined)
			report(
				[...path, 'run', 'command'],
				'run.command is only supported when the service build resolves to Railpack.',
				{mark: 'key'},
			);
	}
	if (build.strategy === 'railpack')
		for (const field of ['dockerfile', 'context'] as const)
			if (service[field] !== undefined)
				report([...path, field], `${field} is not supported with build.strategy: railpack.`, {mark: 'key'});
	const lists = mapOf(packages);
	const isEmpty = (list: unknown) => list === undefined || (Array.isArray(list) && list.length === 0);
	if (isMap(packages) && isEmpty(lists.build) && isEmpty(lists.runtime))
		report([...path, 'build', 'packages'], 'build.packages must include at least one build or runtime package.');
};
