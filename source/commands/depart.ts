import {openPager} from '../console/open-pager.ts';
import {readKey} from '../console/read-key.ts';
import type {Depart} from '../dashboard/open.ts';
import {findPlace} from '../descriptor/discover.ts';
import {messageOf, UserError} from '../errors.ts';
import {again} from '../hint.ts';
import {projectNameOf} from '../init/detect.ts';
import {renderError} from '../output/errors.ts';
import {runProgram} from '../programs.ts';
import {stateDirectory} from '../state/directory.ts';
import {readState} from '../state/store.ts';
import type {Departure, Verb} from '../ui/dashboard/state.ts';
import {here, hintText, invoke} from '../workspace/invocation.ts';
import {openEngine} from '../workspace/workspace.ts';
import {apply} from './deploy/apply.ts';
import {destroy} from './deploy/destroy.ts';
import {lifecycle, restart} from './deploy/lifecycle.ts';
import {plan} from './deploy/plan.ts';
import {promote} from './deploy/promote.ts';
import {rollback} from './deploy/rollback.ts';
import {dockerExec, findContainer} from './inspect/exec.ts';
import {open} from './inspect/open.ts';
import {init} from './project/init.ts';
import {resourceBackupCreate, resourceBackupVerify} from './resources/backup.ts';
import {readUserCommand, runUserCommand} from './user-command.ts';

type Run = Extract<Departure, {readonly type: 'run'}>;

type Context = Parameters<Depart>[1];

/** The command line that the user would have typed, without `compartment`. */
const backupWords = {
	backup: ['resource', 'backup', 'create'],
	verify: ['resource', 'backup', 'verify'],
	restore: ['resource', 'backup', 'restore'],
} as const;

const isBackupVerb = (verb: Verb): verb is keyof typeof backupWords => verb in backupWords;

const typedWords = (run: Run): readonly string[] => {
	const {verb, environment, object, backup} = run;
	if (!isBackupVerb(verb)) return typedForEnvironment(run);
	return [
		...backupWords[verb],
		...(object === undefined || verb === 'verify' ? [] : ['--resource', object]),
		...(backup === undefined ? [] : ['--backup', backup]),
		...(environment === 'production' ? [] : ['--env', environment]),
	];
};

const typedForEnvironment = ({verb, environment, object, deployment, from}: Run): readonly string[] => [
	...(verb === 'discard' ? ['promote', '--discard'] : [verb]),
	...(from === undefined ? [] : ['--from', from, '--to', environment]),
	...(verb === 'init' || from !== undefined || environment === 'production' ? [] : ['--env', environment]),
	...(object === undefined ? [] : verb === 'restart' || verb === 'open' ? [object] : ['--service', object]),
	...(deployment === undefined ? [] : ['--to', deployment]),
];

const reachOf = ({project, remote}: Context['flags']): readonly string[] => [
	...(project === undefined ? [] : ['--project', project]),
	...(remote === undefined ? [] : ['--remote', remote]),
];

/** Runs a command line in a separate process, which has the terminal until it ends. */
function runAgain(words: readonly string[]): void {
	const {error} = runProgram(process.execPath, [process.argv[1]!, ...words], {
		stdio: 'inherit',
		variables: process.env,
	});
	if (error) throw new UserError(`Cannot start ${process.execPath}: ${error.message}`);
}

/** Runs a command with its own plan, question and view. */
export async function runCommand(run: Run, {flags}: Pick<Context, 'flags'>): Promise<void> {
	invoke(typedWords(run), run.environment);
	const {environment, object = '', backup = '', deployment, from} = run;
	const common = {
		...flags,
		env: environment,
		...(run.object === undefined ? {} : {service: [object]}),
		...(deployment === undefined ? {} : {to: deployment}),
	};
	const commands: Readonly<Record<Exclude<Verb, 'shell'>, () => unknown>> = {
		// A prompt would set stdin flowing, and the screens could not read it afterwards.
		init: () => init({...flags, name: projectNameOf(process.cwd())}),
		plan: () => plan(common),
		apply: () => apply('apply', undefined, common),
		restart: () => restart([], common),
		stop: () => lifecycle('stop', common),
		start: () => lifecycle('start', common),
		rollback: () => rollback(common),
		promote: () => promote(from === undefined ? common : {...common, from, to: environment}),
		discard: () => promote({...common, discard: true}),
		destroy: () => destroy(common),
		open: () => open(run.object, common),
		backup: () => resourceBackupCreate({...flags, env: environment, resource: object}),
		verify: () => resourceBackupVerify({...flags, env: environment, backup}),
		// It asks for a name, and a prompt in this process would keep the screens from reading the terminal afterwards.
		restore: () => runAgain([...typedWords(run), ...reachOf(flags)]),
	};
	if (run.verb !== 'shell') await commands[run.verb]();
}

async function openShell({environment, object = ''}: Run): Promise<string | undefined> {
	const {directory} = findPlace(process.cwd());
	const state = await readState(stateDirectory(directory, environment));
	const connection = await openEngine(environment);
	const containerId = state && (await findContainer(connection, state, object));
	if (!containerId) return `${object} is not running`;
	const shell = ['sh', '-c', 'command -v bash >/dev/null && exec bash || exec sh'];
	const client = await dockerExec(directory, connection.engine, ['-it', containerId, ...shell]);
	if (!client) return 'The docker client is not on the PATH: install it';
	process.stdout.write(`Shell in ${object}; exit returns to the dashboard.\n`);
	// Synchronous, so that nothing else reads the terminal.
	const {error} = runProgram(client.file, client.args, client.options);
	return error ? `The docker client cannot be started: ${messageOf(error)}` : undefined;
}

/** Runs what a key of the dashboard requested. */
export const depart: Depart = async (departure, context) => {
	if (departure.type === 'page') return openPager(departure.text);
	if (departure.type === 'run' && departure.verb === 'shell') return openShell(departure);
	const {paint, print} = context.terminal;
	try {
		if (departure.type === 'command') {
			const line = await readUserCommand(departure.name, departure.environment);
			print(paint.dim(`$ ${line}`));
			runUserCommand(line, departure);
		} else {
			invoke(typedWords(departure), departure.environment);
			print(paint.dim(`$ ${hintText(again())}`));
			await runCommand(departure, context);
		}
	} catch (error) {
		process.stderr.write(`${renderError(error, paint, here())}\n`);
		if (!(error instanceof UserError)) throw error;
	}
	process.stdout.write(`\n${paint.dim('Press any key to return to the dashboard.')}`);
	await readKey();
	process.stdout.write('\n');
	return undefined;
};
