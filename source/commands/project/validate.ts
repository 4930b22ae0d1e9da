import {findSourceProblems} from '../../build/source-problems.ts';
import {defaultEnvironment} from '../../command-names.ts';
import {counted} from '../../counted.ts';
import {examineProject, loadProject} from '../../descriptor/load.ts';
import {DescriptorError} from '../../descriptor/problem.ts';
import type {Project} from '../../descriptor/project.ts';
import {scheduleWarnings} from '../../descriptor/schedules.ts';
import {jsonDocument} from '../../output/json.ts';
import {createTerminal, warn} from '../../output/terminal.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';

/**
 * The project, whose files are parsed only if they have changed since they were last read. The error has the problems of the
 * files and of the sources, with their places.
 */
async function readValidProject(directory: string): Promise<Project> {
	const known = await loadProject(directory).catch((error: unknown) => {
		if (error instanceof DescriptorError) return undefined;
		throw error;
	});
	const services = Object.fromEntries((known?.services ?? []).map(service => [service.name, service]));
	const problems = known && (await findSourceProblems(known.directory, {services}, known));
	return known && problems?.length === 0 ? known : examineProject(directory, findSourceProblems);
}

/** `compartment validate`: reads both files and reports all problems at once. */
export async function validate(flags: CommonFlags): Promise<void> {
	const terminal = createTerminal(flags);
	const {print, paint} = terminal;
	const {name, directory, services, resources, routes, ...project} = await readValidProject(process.cwd());
	const schedules = scheduleWarnings({services, resources, directory, environment: defaultEnvironment});
	const isKept = schedules.length === 0 || (await (await import('../../agent/is-attended.ts')).isAttended(directory));
	const warnings = [...project.warnings, ...(isKept ? [] : schedules)];
	if (isJson(flags)) {
		const names = (items: readonly {readonly name: string}[]) => items.map(item => item.name);
		const counts = {services: names(services), resources: names(resources), routes: routes.length};
		process.stdout.write(jsonDocument({isValid: true, project: name, ...counts, warnings}));
		return;
	}
	warn(terminal, warnings);
	const parts = [
		counted(services.length, 'service'),
		counted(resources.length, 'resource'),
		counted(routes.length, 'route rule'),
	];
	print(`${paint.ok('Valid.')} Project ${name}: ${parts.join(', ')}.`);
}
