import type {ApplyContext} from '../apply/context.ts';
import type {EarlyBuilds} from '../apply/early-builds.ts';
import type {ApplyEvent, ApplyResult, Emit} from '../apply/events.ts';
import {prepareRun} from '../apply/run-apply.ts';
import type {Session} from '../apply/session.ts';
import type {Limit} from '../build/limit.ts';
import {eventLine} from '../output/events/events-json.ts';
import {createEventPrinter} from '../output/events/events-text.ts';
import {emptyProgress, type Progress, reduceProgress} from '../output/events/progress.ts';
import type {SignIn} from '../output/events/result-text.ts';
import {renderTranscript} from '../output/events/transcript.ts';
import type {Plan} from '../plan/plan.ts';
import type {Refreshed} from '../refresh/refresh.ts';
import {nameEngine} from '../report/name-engine.ts';
import {readSignIn} from '../report/sign-in.ts';
import type {End} from '../ui/apply/store.ts';
import type {Workspace} from '../workspace/workspace.ts';
import {keepGoingUnread} from './broken-pipe.ts';
import {createCancel} from './cancel.ts';
import type {Dialogue} from './dialogue.ts';

type Execution = {
	readonly workspace: Workspace;
	readonly session: Session;
	readonly plan: Plan;
	readonly builds: Refreshed['builds'];
	readonly found: NonNullable<ApplyContext['found']>;
	readonly dialogue: Dialogue;
	readonly limitBuilds: Limit;
	readonly earlyBuilds: EarlyBuilds | undefined;
	/** Default: `usualParallelism`. */
	readonly parallelism: number | undefined;
	readonly label: string | undefined;
	/** Whether a failed apply stays on the screen until the user leaves it. */
	readonly staysOpen: boolean;
	/** Called with how each step went, once the apply is over. */
	readonly onFinished?: (progress: Progress) => void;
};

export type Executed = {
	readonly result: ApplyResult;
	/**
	 * Resolves when the user has left the screen: whether to plan and apply again what is not done. Call it when nobody has
	 * to wait for the environment any more.
	 */
	readonly leave: () => Promise<End>;
	/** Closes the screen whether the user has left it or not. */
	readonly close: () => Promise<void>;
};

/** Runs an approved plan and shows its progress. */
export async function execute(execution: Execution): Promise<Executed> {
	const {workspace, session, plan, builds, found, limitBuilds, earlyBuilds, dialogue, parallelism, label} = execution;
	const {terminal, shownAs} = dialogue;
	const {project, settings, router, directory} = workspace;
	const {engine} = session;
	const apply = await prepareRun({plan, project, router, settings, directory, session});
	keepGoingUnread();
	const cancel = createCancel(terminal.inform);
	let progress = emptyProgress;
	const run = async (emit: Emit) => {
		const result = await apply({
			...{builds, found, limitBuilds, earlyBuilds, label, parallelism},
			emit(event) {
				progress = reduceProgress(progress, event);
				emit(event);
			},
			stopping: cancel.stopping,
			signal: cancel.signal,
		});
		execution.onFinished?.(progress);
		return result;
	};
	const findSignIn = async ({urls}: ApplyResult) =>
		urls.some(({accessMode}) => accessMode === 'authenticated')
			? readSignIn(session.state.current(), directory, terminal)
			: undefined;

	if (shownAs === 'screen') {
		const target = {project: plan.project, environment: plan.environment, engine: await nameEngine(engine)};
		const {staysOpen} = execution;
		const view = await dialogue.openApplyView({...target, settings, onCancel: cancel.cancel, staysOpen});
		let signIn: SignIn | undefined;
		const close = async () => {
			await view.close();
			terminal.print(`\n${renderTranscript(progress, {...terminal, signIn})}`);
		};
		const leave = async () => {
			const end = await view.left;
			await close();
			return end;
		};
		try {
			const result = await run(view.emit);
			signIn = await findSignIn(result);
			return {result, leave, close};
		} catch (error) {
			await close();
			throw error;
		}
	}
	const shown = {leave: async () => 'leave' as const, close: async () => undefined};
	process.on('SIGINT', cancel.onSignal);
	process.on('SIGTERM', cancel.onSignal);
	try {
		const write = (text: string) => void process.stdout.write(text);
		if (shownAs === 'json') return {result: await run(event => write(eventLine(event))), ...shown};
		const {paint, glyphs} = terminal;
		let signIn: SignIn | undefined;
		const print = createEventPrinter({write, paint, glyphs, signIn: () => signIn});
		// The result is printed last, because a first apply generates the password.
		let last: ApplyEvent | undefined;
		const result = await run(event => {
			if (event.type === 'apply-finished') last = event;
			else print(event);
		});
		signIn = await findSignIn(result);
		if (last) print(last);
		return {result, ...shown};
	} finally {
		process.off('SIGINT', cancel.onSignal);
		process.off('SIGTERM', cancel.onSignal);
	}
}
