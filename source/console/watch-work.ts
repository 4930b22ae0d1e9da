import {type Work, type WorkPlace, withWork} from '../backup/work.ts';
import {CancelledError, LockedError} from '../errors.ts';
import type {State} from '../state/state.ts';
import {userName} from '../state/user-name.ts';
import {type CommonFlags, isJson} from '../workspace/flags.ts';
import {openWorkspace, readExistingState, type Workspace} from '../workspace/workspace.ts';
import {createWorkView, type WorkView} from './work-view.ts';

/** Flags of commands on one resource. */
export type ResourceFlags = CommonFlags & {readonly resource: string};

/** Shows the progress of work, and lets the user cancel it: then the signal is aborted, with the error as its reason. */
export type Watch = <Result>(run: (view: WorkView, signal: AbortSignal) => Promise<Result>) => Promise<Result>;

/** Shows work on stderr, and cancels it on ctrl-c. */
export const watchOnTerminal =
	(asJson: boolean): Watch =>
	async run => {
		const view = createWorkView(asJson);
		try {
			return await untilInterrupted(signal => run(view, signal));
		} finally {
			view.close();
		}
	};

/** Shows the progress of work on resources, and lets the user cancel it. */
export function watchWork<Result>(
	workspace: Workspace,
	watch: Watch,
	run: (options: WorkPlace) => Promise<Result>,
): Promise<Result> {
	const {project, engine, router, settings, directory, warnings, lockWaitMs = 0} = workspace;
	return watch((view, signal) => {
		for (const warning of warnings) view.say(`Warning: ${warning}`);
		return run({
			project,
			engine,
			router,
			settings,
			directory,
			signal,
			emit: view.emit,
			notify: view.notify,
			say: view.say,
			user: userName(),
			waitMs: lockWaitMs,
			readState: () => readExistingState(workspace),
		});
	});
}

/** Runs something that ctrl-c cancels. @throws CancelledError then, as the reason of the signal */
export async function untilInterrupted<Result>(run: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
	const abort = new AbortController();
	const cancel = () => abort.abort(new CancelledError());
	process.on('SIGINT', cancel);
	process.on('SIGTERM', cancel);
	try {
		return await run(abort.signal);
	} finally {
		process.off('SIGINT', cancel);
		process.off('SIGTERM', cancel);
	}
}

/** Runs a command's exclusive work on the resources of an environment. */
export async function workOn<Result>(
	flags: CommonFlags,
	operation: string,
	run: (work: Work, workspace: Workspace) => Promise<Result>,
	watch = watchOnTerminal(isJson(flags)),
): Promise<Result> {
	const workspace = await openWorkspace(flags);
	return watchWork(workspace, watch, options => withWork(options, operation, work => run(work, workspace)));
}

/** The state, in which backups whose command died are recorded as failed if the lock is free. */
export async function readSettledState(workspace: Workspace, flags: CommonFlags): Promise<State> {
	const state = await readExistingState(workspace);
	if (!state.backups.some(({status}) => status === 'running')) return state;
	try {
		return await watchWork(workspace, watchOnTerminal(isJson(flags)), options =>
			// Getting the lock settles them.
			withWork(options, 'resource backup list', async ({context}) => context.state.current()),
		);
	} catch (error) {
		if (error instanceof LockedError) return state;
		throw error;
	}
}
