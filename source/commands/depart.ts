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
import type {TerminalRun} from '../ui/dashboard/state.ts';
import type {ScreenFlags} from '../workspace/flags.ts';
import {here, hintText, invokeAs} from '../workspace/invocation.ts';
import {openEngine} from '../workspace/workspace.ts';
import {dockerExec, findContainer} from './inspect/exec.ts';
import {open} from './inspect/open.ts';
import {init} from './project/init.ts';
import {typedWords} from './run-verb.ts';
import {readUserCommand, runUserCommand} from './user-command.ts';

async function openShell({environment, object = ''}: TerminalRun): Promise<string | undefined> {
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

/** Runs the invoked command line in a separate process: a prompt in this one would keep the screens from reading the terminal. */
function runAgain({project, remote}: ScreenFlags, words: readonly string[]): void {
	const reach = [
		...(project === undefined ? [] : ['--project', project]),
		...(remote === undefined ? [] : ['--remote', remote]),
	];
	const {error} = runProgram(process.execPath, [process.argv[1]!, ...words, ...reach], {
		stdio: 'inherit',
		variables: process.env,
	});
	if (error) throw new UserError(`Cannot start ${process.execPath}: ${error.message}`);
}

/** Runs on the main screen what a key of the dashboard requested and needs the terminal. */
export const depart: Depart = async (departure, {flags, terminal}) => {
	if (departure.type === 'page') return openPager(departure.text);
	if (departure.type === 'run' && departure.verb === 'shell') return openShell(departure);
	const {paint, print} = terminal;
	const {environment} = departure;
	return invokeAs(departure.type === 'run' ? typedWords(departure) : [], environment, async () => {
		try {
			if (departure.type === 'command') {
				const line = await readUserCommand(departure.name, environment);
				print(paint.dim(`$ ${line}`));
				runUserCommand(line, departure);
			} else {
				print(paint.dim(`$ ${hintText(again())}`));
				// A prompt would set stdin flowing, and the screens could not read it afterwards.
				if (departure.verb === 'init') await init({...flags, name: projectNameOf(process.cwd())});
				else if (departure.verb === 'prune') runAgain(flags, typedWords(departure));
				else await open(departure.object, {...flags, env: environment});
			}
		} catch (error) {
			process.stderr.write(`${renderError(error, paint, here())}\n`);
			if (!(error instanceof UserError)) throw error;
		}
		process.stdout.write(`\n${paint.dim('Press any key to return to the dashboard.')}`);
		await readKey();
		process.stdout.write('\n');
		return undefined;
	});
};
