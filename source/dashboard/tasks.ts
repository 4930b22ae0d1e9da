import type {Dialogue} from '../console/dialogue.ts';
import {CancelledError, exitCodes} from '../errors.ts';
import {again} from '../hint.ts';
import {renderError} from '../output/errors.ts';
import {createTerminal} from '../output/terminal.ts';
import type {FrameVerb, Run} from '../ui/dashboard/state.ts';
import type {DashboardStore} from '../ui/dashboard/store.ts';
import {refusalOf} from '../ui/dashboard/tasks.ts';
import type {Keymap} from '../ui/keys/keymap.ts';
import type {FrameClock} from '../ui/parts/frame-clock.ts';
import {createTask} from '../ui/task/create-task.ts';
import type {Task, TaskOutcome} from '../ui/task/task.ts';
import type {ScreenFlags} from '../workspace/flags.ts';
import {here, hintText, invokeAs} from '../workspace/invocation.ts';
import {inFrame} from './framed.ts';

/** The commands that run in the frame. */
export type FrameCommands = {
	/** The command line that the user would have typed, without `compartment`. */
	readonly typedWords: (run: Run) => readonly string[];
	/** Runs the command. Returns its exit code. */
	readonly run: (run: Run, flags: ScreenFlags, dialogue: Dialogue) => Promise<number>;
};

const words: Readonly<Record<FrameVerb, readonly [title: string, doing: string]>> = {
	plan: ['plan', 'planning'],
	apply: ['apply', 'applying'],
	restart: ['restart', 'restarting'],
	stop: ['stop', 'stopping'],
	start: ['start', 'starting'],
	rollback: ['roll back', 'rolling back'],
	promote: ['promote', 'promoting'],
	discard: ['discard', 'discarding'],
	destroy: ['destroy', 'destroying'],
	backup: ['back up', 'backing up'],
	verify: ['verify', 'verifying'],
	restore: ['restore', 'restoring'],
};

type Options = {
	readonly store: DashboardStore;
	readonly clock: FrameClock;
	readonly keymap: Keymap;
	readonly flags: ScreenFlags;
	readonly commands: FrameCommands;
	/** Reads the files and the engine again: the folder of a new environment is not watched yet. */
	readonly reload: () => void;
};

const outcomeOf = (exitCode: number): TaskOutcome =>
	exitCode === exitCodes.done ? 'done' : exitCode === exitCodes.cancelled ? 'cancelled' : 'failed';

/** The tasks of one dashboard. It owns what runs; the store only shows it. */
export type DashboardTasks = {
	readonly start: (run: Run) => void;
	/** What tasks that have ended did, as their commands print it, each once. */
	readonly takeTranscripts: () => readonly string[];
	/** Lets go of all tasks, and resolves when their commands have ended. */
	readonly close: () => Promise<void>;
};

export function createTasks({store, clock, keymap, flags, commands, reload}: Options): DashboardTasks {
	const {paint} = createTerminal(flags);
	const running = new Map<Task, Promise<void>>();
	const transcripts: string[] = [];

	const start = (run: Run) => {
		const {verb, environment, object} = run;
		const refusal = refusalOf(store.getSnapshot(), run);
		if (refusal !== undefined) return store.update({message: refusal});
		const of = object === undefined ? '' : ` ${object}`;
		const [title, doing] = words[verb];
		const subject = {title: title + of, doing: doing + of, environment, onlyReads: verb === 'plan'};
		const {task, controls} = createTask(subject, {clock, keymap});
		store.begin(task);
		const typed = commands.typedWords(run);
		const work = async () => {
			let outcome: TaskOutcome;
			let hasError = false;
			try {
				outcome = outcomeOf(await commands.run(run, flags, inFrame(flags, controls, reload)));
			} catch (error) {
				// A defect is shown too: other tasks may run, and the dashboard goes on.
				const isNo = error instanceof CancelledError && !task.getSnapshot().isLasting;
				hasError = !isNo;
				outcome = error instanceof CancelledError ? 'cancelled' : 'failed';
				if (hasError) controls.print(renderError(error, paint, here()));
			}
			if (task.getSnapshot().isLasting)
				transcripts.push([paint.dim(`$ ${hintText(again())}`), ...task.lines(), ''].join('\n'));
			controls.end(outcome, hasError);
			reload();
		};
		running.set(
			task,
			invokeAs(typed, environment, work).finally(() => running.delete(task)),
		);
	};

	return {
		start,
		takeTranscripts: () => transcripts.splice(0),
		async close() {
			for (const task of running.keys()) task.dismiss();
			await Promise.all(running.values());
		},
	};
}
