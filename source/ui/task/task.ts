import type {Emit} from '../../apply/events.ts';
import type {Approval} from '../../plan/approval.ts';
import type {Plan} from '../../plan/plan.ts';
import type {ApplyStore, Cancel, End} from '../apply/store.ts';
import type {ApproveStore, PlanRenderer} from '../approve/store.ts';
import type {KeyAction} from '../keys/keymap.ts';
import type {Readable} from '../parts/store.ts';
import type {TextView} from '../parts/text-view.ts';

/** What a task waits for. */
export type TaskQuestion =
	| {readonly type: 'approval'; readonly store: ApproveStore}
	| (NameToType & {readonly type: 'name'; readonly typed: string; readonly message: string | undefined})
	| {readonly type: 'yes'; readonly reason: string; readonly question: string};

/** A name that confirms what cannot be undone. */
type NameToType = {
	readonly name: string;
	/** What will happen, as a sentence. */
	readonly consequence: string;
};

/** How a task ended. */
export type TaskOutcome = 'done' | 'failed' | 'cancelled';

export type TaskState = {
	/** What it does now, in a few words: `planning`. */
	readonly doing: string;
	/** When it began that, in milliseconds since the epoch. */
	readonly since: number;
	/** Whether its command still works. One that has failed waits to be dismissed, or tried again. */
	readonly isRunning: boolean;
	/** Whether it was cancelled and has not ended yet. */
	readonly isCancelled: boolean;
	/** Whether it has begun to change something, so that its result is kept until it is dismissed. */
	readonly isLasting: boolean;
	readonly outcome: TaskOutcome | undefined;
	readonly question: TaskQuestion | undefined;
	/** The steps of its apply, from the approval on. */
	readonly apply: ApplyStore | undefined;
	/** What is seen of its lines. */
	readonly view: TextView;
	/** Whether its last line stays visible. */
	readonly isFollowing: boolean;
};

/** What a task is, which never changes. */
export type TaskSubject = {
	/** As a person would name it: `apply`, `roll back web`. */
	readonly title: string;
	/** `applying`, `rolling back web`. */
	readonly doing: string;
	readonly environment: string;
	/** Whether it changes nothing, so that it may run beside another one. */
	readonly onlyReads: boolean;
};

/** One thing that the dashboard does to an environment: its plan, its question, its progress and its result. */
export type Task = Readable<TaskState> &
	TaskSubject & {
		/** What its command printed, sanitised. */
		readonly lines: () => readonly string[];
		/** Handles a key of its page; `rows` is the height of the log or text. */
		readonly act: (action: KeyAction, rows: number) => void;
		/** Handles a key where a question is asked or a search is typed; false elsewhere. */
		readonly answer: (key: string, rows: number) => boolean;
		readonly paste: (text: string) => void;
		/** Cancels it: the first time what runs is finished, the second time it is stopped. */
		readonly cancel: () => void;
		/** Lets go of a task that has ended, or that waits for an answer. */
		readonly dismiss: () => void;
	};

/** How the command of a task asks and shows. */
export type TaskControls = {
	/** Adds sanitised text to its lines. */
	readonly print: (text: string) => void;
	/** Says what is being done. */
	readonly say: (doing: string) => void;
	/** @throws CancelledError when the task was cancelled */
	readonly askApproval: (plan: Plan, render: PlanRenderer) => Promise<Approval>;
	/** Whether the name was typed. @throws CancelledError when the task was cancelled */
	readonly askName: (question: NameToType) => Promise<boolean>;
	/** Undefined when the task is dismissed first. */
	readonly askYes: (reason: string, question: string) => Promise<boolean | undefined>;
	readonly openApply: (options: {
		readonly onCancel: (cancel: Cancel) => void;
		/** Whether a failed apply waits until it is dismissed or tried again. */
		readonly staysOpen: boolean;
	}) => {readonly emit: Emit; readonly left: Promise<End>};
	/** Begins work on resources; `onCancel` ends it. */
	readonly beginWork: (onCancel: () => void) => void;
	/** Ends it. An error that was printed is shown instead of the steps. */
	readonly end: (outcome: TaskOutcome, hasError: boolean) => void;
};
