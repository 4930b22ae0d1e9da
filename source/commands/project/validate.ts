import {findSourceProblems} from '../../build/source-problems.ts';
import {defaultEnvironment} from '../../command-names.ts';
import {counted} from '../../counted.ts';
import {examineProject} from '../../descriptor/load.ts';
import {backupScheduleWarnings} from '../../descriptor/schedules.ts';
import {jsonDocument} from '../../output/json.ts';
import {createTerminal, warn} from '../../output/terminal.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';

/** `compartment validate`: reads both files and reports all problems at once. */
export async function validate(flags: CommonFlags): Promise<void> {
	const terminal = createTerminal(flags);
	const {print, paint} = terminal;
	const {name, directory, services, resources, routes, ...project} = await examineProject(
		process.cwd(),
		findSourceProblems,
	);
	const warnings = [
		...project.warnings,
		...backupScheduleWarnings(resources, {directory, environment: defaultEnvironment}),
	];
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
