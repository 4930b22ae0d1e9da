import {existsSync, realpathSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {addProject, readRegistry, removeProject} from '../../agent/registry.ts';
import {updateAgent} from '../../console/update-agent.ts';
import {findPlace} from '../../descriptor/discover.ts';
import {descriptorFile} from '../../descriptor/names.ts';
import {UserError} from '../../errors.ts';
import {command} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {renderTable} from '../../output/table.ts';
import {createTerminal, type Terminal} from '../../output/terminal.ts';
import {listEnvironments} from '../../state/environments.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';

/** The folder of the project that a folder belongs to. */
function projectFolder(given: string | undefined): string {
	const start = resolve(given ?? '.');
	const {directory} = findPlace(start);
	if (existsSync(join(directory, descriptorFile))) return realpathSync(directory);
	throw new UserError(`There is no ${descriptorFile} in ${start}.`, {hint: command('agent add', 'FOLDER')});
}

/** A terminal that prints nothing but warnings beside a JSON document. */
const silentIn = (flags: CommonFlags, terminal: Terminal): Terminal =>
	isJson(flags) ? {...terminal, print: () => undefined} : terminal;

/** `compartment agent add [FOLDER]`: registers a project, so that agents look after its environments. */
export async function agentAdd(given: string | undefined, flags: CommonFlags): Promise<void> {
	const terminal = createTerminal(flags);
	const folder = projectFolder(given);
	const isAdded = addProject(folder, new Date());
	if (isJson(flags)) process.stdout.write(jsonDocument({folder, isAdded}));
	else terminal.print(`${sanitiseLine(folder)} ${isAdded ? 'is registered now' : 'was registered already'}.`);
	await updateAgent(silentIn(flags, terminal));
}

/** `compartment agent remove [FOLDER]`: agents leave the project's environments alone from now on. */
export async function agentRemove(given: string | undefined, flags: CommonFlags): Promise<void> {
	const terminal = createTerminal(flags);
	const start = resolve(given ?? '.');
	// A folder that is gone is removed by its name.
	const folder = existsSync(start) ? realpathSync(findPlace(start).directory) : start;
	if (!removeProject(folder)) throw new UserError(`${folder} is not registered.`, {hint: command('agent list')});
	if (isJson(flags)) process.stdout.write(jsonDocument({folder}));
	else terminal.print(`${sanitiseLine(folder)} is not registered any more. What runs keeps running.`);
	await updateAgent(silentIn(flags, terminal));
}

/** `compartment agent list`: lists the registered projects. */
export async function agentList(flags: CommonFlags): Promise<void> {
	const {print, paint} = createTerminal(flags);
	const projects = await Promise.all(
		readRegistry().map(async ({folder, addedAt}) => ({
			folder,
			addedAt,
			isMissing: !existsSync(folder),
			environments: (await listEnvironments(folder)).map(({environment}) => environment),
		})),
	);
	if (isJson(flags)) {
		process.stdout.write(jsonDocument({projects}));
		return;
	}
	if (projects.length === 0)
		return print(`No project is registered yet. Add one: ${paint.accent(hintText(command('agent add', 'FOLDER')))}`);
	type Row = (typeof projects)[number];
	const columns = [
		{title: 'FOLDER', value: ({folder}: Row) => sanitiseLine(folder)},
		{
			title: 'ENVIRONMENTS',
			value: ({isMissing, environments}: Row) =>
				isMissing ? 'the folder is gone' : sanitiseLine(environments.join(', ')) || 'none yet',
		},
		{title: 'ADDED', value: ({addedAt}: Row) => sanitiseLine(addedAt)},
	];
	print(renderTable(columns, projects, {titleStyle: paint.dim}));
}
