import {spawn} from 'node:child_process';
import {constants} from 'node:os';
import {createSecretReader} from '../apply/secret-reader.ts';
import {CancelledError, messageOf, UserError} from '../errors.ts';
import {describeDesired} from '../model/desired.ts';
import type {Env, EnvValue} from '../model/values.ts';
import {appendAudit} from '../state/audit.ts';
import type {State} from '../state/state.ts';
import {createTerminal} from './terminal.ts';
import {assertTarget, type TargetFlags, targetOf} from './variable-target.ts';
import {openWorkspace, readOrNewState, type Workspace} from './workspace.ts';

type RunFlags = TargetFlags & {readonly allowProduction?: boolean};

/** Default of this command alone (contract 5.8). */
const developmentEnvironment = 'development';

function environmentEnv(state: State): Env {
	const entries = state.variables
		.filter(({scope}) => scope.type === 'environment')
		.map((variable): [string, EnvValue] => [
			variable.key,
			variable.isSensitive
				? {type: 'secret', scope: variable.scope, key: variable.key, revision: variable.revision}
				: {type: 'plain', value: variable.value},
		]);
	return Object.fromEntries(entries);
}

/** What the target's container would get, without what Compartment itself adds. */
async function resolveVariables(workspace: Workspace, state: State, flags: RunFlags): Promise<Record<string, string>> {
	const {project, environment, settings} = workspace;
	const {variables, bindings} = state;
	const desired = describeDesired({project, environment, variables, bindings, baseDomain: settings.baseDomain});
	const target = targetOf(flags);
	const env =
		target.type === 'service'
			? desired.services.find(({name}) => name === target.name)?.spec.env
			: target.type === 'resource'
				? desired.resources.find(({name}) => name === target.name)?.spec.env
				: environmentEnv(state);
	return createSecretReader(() => state).resolveEnv(env ?? {}, desired);
}

async function confirmProduction(flags: RunFlags, isInteractive: boolean): Promise<void> {
	if (!flags.allowProduction)
		throw new UserError('Running with the variables of production needs --allow-production.', {
			hint: 'compartment variable run --env production --allow-production -- COMMAND',
		});
	if (!isInteractive) return;
	const {createInterface} = await import('node:readline/promises');
	const prompt = createInterface({input: process.stdin, output: process.stderr});
	try {
		const answer = await prompt.question('Run with the variables of production? [y/N] ');
		if (!/^y(es)?$/i.test(answer.trim())) throw new CancelledError('Production variable run cancelled.');
	} finally {
		prompt.close();
	}
}

/**
 * `compartment variable run -- COMMAND`: runs a command of this machine with a target's variables, sensitive ones
 * included; nothing is written anywhere. Signals and the exit code pass through.
 */
export async function variableRun(command: readonly string[], flags: RunFlags): Promise<void> {
	const [file, ...rest] = command;
	if (file === undefined)
		throw new UserError('Pass a command after --.', {hint: 'compartment variable run -- npm run dev'});
	const workspace = await openWorkspace({...flags, env: flags.env ?? developmentEnvironment});
	const {state} = await readOrNewState(workspace);
	assertTarget(targetOf(flags), workspace.project, state);
	if (workspace.environment === 'production') await confirmProduction(flags, createTerminal(flags).isInteractive);
	const own = Object.entries(process.env).filter(([key]) => !key.startsWith('COMPARTMENT_'));
	const env = {...Object.fromEntries(own), ...(await resolveVariables(workspace, state, flags))};
	if (state.serial > 0) {
		const details = {command: file};
		appendAudit(workspace.directory, {
			type: 'variable.run',
			status: 'succeeded',
			target: workspace.environment,
			details,
		});
	}
	const child = spawn(file, rest, {stdio: 'inherit', env});
	const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
	const pass = (signal: NodeJS.Signals) => child.kill(signal);
	for (const signal of signals) process.on(signal, pass);
	await new Promise<void>((resolve, reject) => {
		child.once('error', error => reject(new UserError(`cannot run ${file}: ${messageOf(error)}`)));
		child.once('exit', (code, signal) => {
			process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
			resolve();
		});
	});
	for (const signal of signals) process.off(signal, pass);
}
