import {constants} from 'node:os';
import {createSecretReader} from '../../apply/secret-reader.ts';
import {isSteeringName} from '../../descriptor/steering-names.ts';
import {CancelledError, messageOf, UserError} from '../../errors.ts';
import {again, command as commandPart} from '../../hint.ts';
import {describeDesired} from '../../model/desired.ts';
import {type Env, type EnvValue, isSameScope, type VariableScope} from '../../model/values.ts';
import {createTerminal} from '../../output/terminal.ts';
import {startProgram} from '../../programs.ts';
import {appendAudit} from '../../state/audit.ts';
import type {State} from '../../state/state.ts';
import {assertTarget, type TargetFlags, targetOf} from '../../workspace/variable-target.ts';
import {openWorkspace, readOrNewState, type Workspace} from '../../workspace/workspace.ts';

type RunFlags = TargetFlags & {readonly allowProduction?: boolean};

/** The default of this command only (docs/rules.md, "Running with variables"). */
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

/**
 * Variables, such as PATH, that change how programs run on this machine and are set only in compartment.yml, which was
 * written for containers and may be foreign. One that was set with `variable set` is intended.
 */
function steeringVariables(env: Env, target: VariableScope, state: State): string[] {
	const isStored = (key: string) =>
		state.variables.some(
			({key: stored, scope}) => stored === key && (scope.type === 'environment' || isSameScope(scope, target)),
		);
	return Object.entries(env).flatMap(([key, {type}]) =>
		isSteeringName(key) && (type === 'output' || !isStored(key)) ? [key] : [],
	);
}

/** The environment variables of the target's container, without those that Compartment adds. */
async function resolveVariables(workspace: Workspace, state: State, flags: RunFlags): Promise<Record<string, string>> {
	const {project, environment, settings} = workspace;
	const {variables, bindings, volumes} = state;
	const {baseDomain} = settings;
	const desired = describeDesired({project, environment, variables, bindings, baseDomain, volumes});
	const target = targetOf(flags);
	const env =
		target.type === 'service'
			? desired.services.find(({name}) => name === target.name)?.spec.env
			: target.type === 'resource'
				? desired.resources.find(({name}) => name === target.name)?.spec.env
				: environmentEnv(state);
	const left = steeringVariables(env ?? {}, target, state);
	if (left.length > 0)
		process.stderr.write(
			`Not passed on, because it would change how programs run on this machine: ${left.join(', ')} (env in compartment.yml)\n`,
		);
	const given = Object.entries(env ?? {}).filter(([key]) => !left.includes(key));
	return createSecretReader(() => state).resolveEnv(Object.fromEntries(given), desired);
}

async function confirmProduction(flags: RunFlags, isInteractive: boolean): Promise<void> {
	if (!flags.allowProduction)
		throw new UserError('Running with the variables of production needs --allow-production.', {
			hint: again('--allow-production'),
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
 * `compartment variable run -- COMMAND`: runs a local command with a target's variables, including sensitive ones, and
 * writes them nowhere. Passes signals and the exit code through.
 */
export async function variableRun(command: readonly string[], flags: RunFlags): Promise<number> {
	const [file, ...rest] = command;
	if (file === undefined)
		throw new UserError('Pass a command after --.', {hint: commandPart('variable run', '--', 'npm', 'run', 'dev')});
	const workspace = await openWorkspace({...flags, env: flags.env ?? developmentEnvironment});
	const {state} = await readOrNewState(workspace);
	assertTarget(targetOf(flags), workspace.project, state);
	if (workspace.environment === 'production') await confirmProduction(flags, createTerminal(flags).isInteractive);
	const variables = await resolveVariables(workspace, state, flags);
	if (state.serial > 0) {
		const details = {command: file};
		appendAudit(workspace.directory, {
			type: 'variable.run',
			status: 'succeeded',
			target: workspace.environment,
			details,
		});
	}
	const child = startProgram(file, rest, {stdio: 'inherit', variables});
	const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
	const pass = (signal: NodeJS.Signals) => child.kill(signal);
	for (const signal of signals) process.on(signal, pass);
	const exitCode = await new Promise<number>((resolve, reject) => {
		child.once('error', error => reject(new UserError(`cannot run ${file}: ${messageOf(error)}`)));
		child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
	});
	for (const signal of signals) process.off(signal, pass);
	return exitCode;
}
