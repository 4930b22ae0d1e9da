import type {ReadonlyEngine} from '../../engine/engine.ts';
import {ownEngine} from '../../engine/own-engine.ts';
import {exitCodes, UserError} from '../../errors.ts';
import {command as commandPart} from '../../hint.ts';
import {findProgram, startProgram} from '../../programs.ts';
import type {State} from '../../state/state.ts';
import type {CommonFlags} from '../../workspace/flags.ts';
import {openWorkspace, readExistingState, type Workspace} from '../../workspace/workspace.ts';

/** Refuses an empty command. */
function assertCommand(command: readonly string[]): asserts command is [string, ...string[]] {
	if (command.length === 0)
		throw new UserError('Pass a command after --.', {hint: commandPart('exec', 'web', '--', 'sh')});
}

/** The container of a service or resource; undefined when it is gone, or not Compartment's. */
export async function findContainer(
	{engine, router}: Pick<Workspace, 'engine' | 'router'>,
	state: State,
	name: string,
): Promise<string | undefined> {
	const id = state.deployments[state.active[name] ?? '']?.containerId ?? state.resources[name]?.containerId;
	return id === undefined ? undefined : (await ownEngine(engine, state, router.name).inspectContainer(id))?.id;
}

/**
 * How to run `docker exec` on an engine in this terminal; undefined without a docker client on the PATH.
 * @param directory of the project: programs inside its repository are never used
 * @param args options, the container and its command
 */
export async function dockerExec(
	directory: string,
	engine: Pick<ReadonlyEngine, 'clientVariables'>,
	args: readonly string[],
) {
	const file = findProgram('docker', directory);
	if (file === undefined) return undefined;
	const options = {stdio: 'inherit', variables: await engine.clientVariables()} as const;
	return {file, args: ['exec', ...args], options};
}

/**
 * `compartment exec NAME -- COMMAND`: runs a command in the container of an active service or of a resource, and exits
 * with its exit code. Uses the docker client, which handles the terminal.
 */
export async function exec(name: string, command: readonly string[], flags: CommonFlags): Promise<number> {
	assertCommand(command);
	const workspace = await openWorkspace(flags);
	const state = await readExistingState(workspace);
	const containerId = await findContainer(workspace, state, name);
	if (!containerId)
		throw new UserError(`${name} has no running container in environment ${state.environment}`, {
			hint: `There are: ${[...Object.keys(state.active), ...Object.keys(state.resources)].join(', ') || 'none'}`,
		});
	const terminal = process.stdin.isTTY && process.stdout.isTTY ? ['-it'] : ['-i'];
	const client = await dockerExec(workspace.project.directory, workspace.engine, [
		...terminal,
		containerId,
		...command,
	]);
	if (!client) throw new UserError('docker is not on the PATH', {hint: 'Install the docker client.'});
	const child = startProgram(client.file, client.args, client.options);
	return new Promise((resolve, reject) => {
		child.once('error', error =>
			reject(
				new UserError(`the docker client cannot be started: ${error.message}`, {hint: 'Install the docker client.'}),
			),
		);
		child.once('exit', (code, signal) => resolve(code ?? (signal ? exitCodes.cancelled : exitCodes.error)));
	});
}
