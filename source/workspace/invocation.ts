import {AsyncLocalStorage} from 'node:async_hooks';
import type {Command} from 'commander';
import {defaultEnvironmentOf, isCommandName} from '../command-names.ts';
import {UserError} from '../errors.ts';
import type {Hint} from '../hint.ts';
import {type HintPlace, reachWith, renderHint} from '../render-hint.ts';

type Invocation = {place: HintPlace};

/** What hints need to know of the command line of this process. */
const typed: Invocation = {place: {environment: defaultEnvironmentOf('plan')}};

/** The commands that the dashboard runs, several at a time. */
const others = new AsyncLocalStorage<Invocation>();

const current = (): Invocation => others.getStore() ?? typed;

/** What the hints of this command need to know. */
export const here = (): HintPlace => current().place;

/** Renders a hint of the running command. */
export const hintText = (shown: Hint): string => renderHint(shown, here());

/** Sets the environment that the command acts on. */
export const actOn = (environment: string): void => {
	const invocation = current();
	invocation.place = {...invocation.place, environment};
};

/** Runs a command of the dashboard as if the user had typed it: its hints name that command line. */
export const invokeAs = <Result>(given: readonly string[], environment: string, run: () => Result): Result =>
	others.run({place: {given, environment}}, run);

const nameOf = (action: Command): string =>
	action.parent ? [nameOf(action.parent), action.name()].filter(name => name !== '').join(' ') : '';

/** Whether `--project` is a folder, not a name. */
export const isFolder = (project: string): boolean => /[\\/]/.test(project) || project.startsWith('.');

/** Changes to the folder, like `git -C`. */
function enterFolder(folder: string): void {
	try {
		process.chdir(folder);
	} catch {
		throw new UserError(`--project ${folder}: there is no such folder`);
	}
}

/** Reads the environment, project and engine from the command line before the command runs. */
export async function beginInvocation(action: Command, given: readonly string[]): Promise<void> {
	const name = nameOf(action);
	const {env, to, from, project, remote} =
		action.opts<Readonly<Record<'env' | 'to' | 'from' | 'project' | 'remote', string>>>();
	const target = name === 'promote' && from !== undefined ? to : undefined;
	const argument = /^environment (create|show|delete)$/.test(name) ? action.args[0] : undefined;
	const fallback = isCommandName(name) ? defaultEnvironmentOf(name) : 'production';
	reachWith({project, remote});
	if (remote !== undefined) await (await import('./choose-engine.ts')).takeRemote(remote);
	if (project !== undefined && isFolder(project)) enterFolder(project);
	typed.place = {
		environment: argument ?? target ?? env ?? fallback,
		// The value may be a secret, which messages must not repeat.
		...(name === 'variable set' ? {} : {given}),
	};
}
