import {projectNameOf} from '../descriptor/detect.ts';
import {findPlace} from '../descriptor/discover.ts';
import {exitCodes, messageOf, UserError} from '../errors.ts';
import {again} from '../hint.ts';
import {renderError} from '../output/errors.ts';

import {runProgram} from '../programs.ts';
import {stateDirectory} from '../state/directory.ts';
import {readState} from '../state/store.ts';
import type {Departure, Verb} from '../ui/stores/browse-state.ts';
import {apply} from './apply.ts';
import {destroy} from './destroy.ts';
import {dockerExec, findContainer} from './exec.ts';
import type {ScreenFlags} from './flags.ts';
import {init} from './init.ts';
import {here, hintText, invoke} from './invocation.ts';
import {lifecycle, restart} from './lifecycle.ts';
import {plan} from './plan.ts';
import {promote} from './promote.ts';
import {rollback} from './rollback.ts';
import type {Terminal} from './terminal.ts';
import type {EnginePlace} from './workspace.ts';

type Run = Extract<Departure, {readonly type: 'run'}>;

type Context = {readonly flags: ScreenFlags; readonly place: EnginePlace; readonly terminal: Terminal};

/** What a person would have typed, without `compartment`. */
const typedWords = ({verb, environment, object, deployment}: Run): readonly string[] => [
	...(verb === 'discard' ? ['promote', '--discard'] : [verb]),
	...(verb === 'init' || environment === 'production' ? [] : ['--env', environment]),
	...(object === undefined ? [] : verb === 'restart' ? [object] : ['--service', object]),
	...(deployment === undefined ? [] : ['--to', deployment]),
];

/** Runs the very function of the command, with its plan, its question and its view. */
export async function runCommand(run: Run, {flags}: Pick<Context, 'flags'>): Promise<void> {
	invoke(typedWords(run), run.environment);
	const {environment, object, deployment} = run;
	const common = {
		...flags,
		env: environment,
		...(object === undefined ? {} : {service: [object]}),
		...(deployment === undefined ? {} : {to: deployment}),
	};
	const commands: Readonly<Record<Exclude<Verb, 'shell'>, () => Promise<void>>> = {
		// A prompt would let the stream flow, which the screens cannot read afterwards.
		init: () => init({...flags, name: projectNameOf(process.cwd())}),
		plan: () => plan(common),
		apply: () => apply('apply', undefined, common),
		restart: () => restart([], common),
		stop: () => lifecycle('stop', common),
		start: () => lifecycle('start', common),
		rollback: () => rollback(common),
		promote: () => promote(common),
		discard: () => promote({...common, discard: true}),
		destroy: () => destroy(common),
	};
	if (run.verb !== 'shell') await commands[run.verb]();
}

/** Waits for one key. ctrl-c is one like any other here: the command has ended. */
async function waitForKey(): Promise<void> {
	const {stdin} = process;
	stdin.setRawMode(true);
	// A screen that ended let go of it, and nothing else keeps this process alive.
	stdin.ref();
	// Read as the screens read: a stream that flowed once never tells them again that it has something.
	await new Promise<void>(resolve => {
		const read = () => {
			if (stdin.read() === null) return;
			stdin.off('readable', read);
			resolve();
		};
		stdin.on('readable', read);
	});
	stdin.setRawMode(false);
}

async function openShell({environment, object = ''}: Run, {place}: Context): Promise<string | undefined> {
	const {directory} = findPlace(process.cwd());
	const state = await readState(stateDirectory(directory, environment));
	const containerId = state && (await findContainer(place, state, object));
	if (!containerId) return `${object} has no running container`;
	const shell = ['sh', '-c', 'command -v bash >/dev/null && exec bash || exec sh'];
	const client = dockerExec(directory, place.engine, ['-it', containerId, ...shell]);
	if (!client) return 'The docker client is not on the PATH: install it';
	process.stdout.write(`A shell in ${object}; exit comes back.\n`);
	// While this one waits, nothing else reads the terminal.
	const {error} = runProgram(client.file, client.args, client.options);
	return error ? `The docker client cannot be started: ${messageOf(error)}` : undefined;
}

function openPager(text: string): string | undefined {
	const pager = process.env['PAGER'] || 'less -R';
	const {error, status} = runProgram(pager, [], {shell: true, input: text, stdio: ['pipe', 'inherit', 'inherit']});
	return error || status === 127 ? `The pager "${pager}" cannot be started: set PAGER` : undefined;
}

/** Does on the main screen what the dashboard was left for. Gives what is to be said when it comes back. */
export async function depart(
	departure: Exclude<Departure, {readonly type: 'quit'}>,
	context: Context,
): Promise<string | undefined> {
	if (departure.type === 'page') return openPager(departure.text);
	if (departure.verb === 'shell') return openShell(departure, context);
	const {paint, print} = context.terminal;
	invoke(typedWords(departure), departure.environment);
	print(paint.dim(`$ ${hintText(again())}`));
	try {
		await runCommand(departure, context);
	} catch (error) {
		process.stderr.write(`${renderError(error, paint, here())}\n`);
		if (!(error instanceof UserError)) throw error;
	}
	// That of the dashboard, which did not fail.
	process.exitCode = exitCodes.done;
	process.stdout.write(`\n${paint.dim('Press a key to go back to the dashboard.')}`);
	await waitForKey();
	process.stdout.write('\n');
	return undefined;
}
