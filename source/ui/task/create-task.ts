import {CancelledError} from '../../errors.ts';
import type {Approval} from '../../plan/approval.ts';
import {createApplyStore, type End} from '../apply/store.ts';
import {createApproveStore} from '../approve/store.ts';
import {typedBy} from '../keys/key-names.ts';
import type {Keymap} from '../keys/keymap.ts';
import type {FrameClock} from '../parts/frame-clock.ts';
import {createListeners} from '../parts/store.ts';
import {actOnText, newTextView, typeInText} from '../parts/text-view.ts';
import type {Task, TaskControls, TaskQuestion, TaskState, TaskSubject} from './task.ts';

/** Older lines are dropped, so that no command can fill the memory. */
const mostLines = 5000;

const longestName = 200;

/** A task at its beginning, and what its command asks and shows with. */
export function createTask(
	subject: TaskSubject,
	{clock, keymap}: {readonly clock: FrameClock; readonly keymap: Keymap},
): {readonly task: Task; readonly controls: TaskControls} {
	const {subscribe, notify} = createListeners();
	let lines: readonly string[] = [];
	let state: TaskState = {
		doing: 'planning',
		since: clock.now(),
		isRunning: true,
		isCancelled: false,
		isLasting: false,
		outcome: undefined,
		question: undefined,
		apply: undefined,
		view: newTextView,
		isFollowing: false,
	};
	const change = (part: Partial<TaskState>) => {
		state = {...state, ...part};
		notify();
	};
	const say = (doing: string) => {
		if (doing !== state.doing) change({doing, since: clock.now()});
	};
	/** Ends the question, if there is one, without an answer. */
	let giveUp: () => void = () => undefined;
	let cancelWork: (() => void) | undefined;
	let leave: ((end: End) => void) | undefined;

	/** Asks, and takes the question away when it is answered. */
	function ask<Answer>(
		question: TaskQuestion,
		none: Answer,
		answered: (answer: (value: Answer) => void) => void,
	): Promise<Answer> {
		const {promise, resolve} = Promise.withResolvers<Answer>();
		const settle = (answer: Answer) => {
			giveUp = () => undefined;
			change({question: undefined, since: clock.now()});
			resolve(answer);
		};
		giveUp = () => settle(none);
		change({question});
		answered(settle);
		return promise;
	}
	let answerName: (isTyped: boolean) => void = () => undefined;
	let answerYes: (isYes: boolean) => void = () => undefined;
	const assertWanted = () => {
		if (state.isCancelled) throw new CancelledError('Nothing was changed.');
	};

	const controls: TaskControls = {
		print(text) {
			lines = [...lines, ...text.split('\n')].slice(-mostLines);
			clock.request(() => change({}));
		},
		say,
		async askApproval(plan, render) {
			assertWanted();
			const store = createApproveStore(plan, {...render, about: () => [...lines, '']}, keymap);
			const cancelled: Approval = {decision: 'cancel'};
			const approval = await ask<Approval>({type: 'approval', store}, cancelled, answer => {
				store.subscribe(() => {
					change({});
					const {answer: given} = store.getSnapshot();
					if (given && state.question) answer(given);
				});
			});
			if (approval.decision === 'apply') say(subject.doing);
			return approval;
		},
		async askName(question) {
			assertWanted();
			const asked = {...question, type: 'name', typed: '', message: undefined} as const;
			return ask<boolean>(asked, false, answer => {
				answerName = answer;
			});
		},
		askYes: (reason, question) =>
			ask<boolean | undefined>({type: 'yes', reason, question}, undefined, answer => {
				answerYes = answer;
			}),
		openApply({onCancel, staysOpen}) {
			const {promise, resolve} = Promise.withResolvers<End>();
			const onEnd = (end: End) => {
				if (end === 'retry') change({isRunning: true, apply: undefined, doing: 'planning', since: clock.now()});
				leave = undefined;
				resolve(end);
			};
			const apply = createApplyStore({clock, onCancel, onEnd: staysOpen ? onEnd : undefined, keymap});
			apply.subscribe(() => change({}));
			// What was printed before, such as the plan, is not part of the result.
			if (!state.isLasting) lines = [];
			change({apply, isLasting: true, doing: subject.doing, since: clock.now()});
			// The user has changed their mind since the approval.
			if (state.isCancelled) apply.act('interrupt', 0);
			return {
				left: promise,
				emit(event) {
					apply.emit(event);
					if (event.type !== 'apply-finished') return;
					if (!staysOpen || event.result.outcome !== 'failed') return resolve('leave');
					leave = onEnd;
					change({isRunning: false, outcome: 'failed'});
				},
			};
		},
		beginWork(onCancel) {
			assertWanted();
			cancelWork = onCancel;
			change({isLasting: true, isFollowing: true, doing: subject.doing, since: clock.now()});
		},
		end(outcome, hasError) {
			cancelWork = undefined;
			const shown = hasError ? {apply: undefined} : {};
			change({isRunning: false, isCancelled: false, outcome, question: undefined, ...shown});
		},
	};

	const typeName = (key: string) => {
		if (state.question?.type !== 'name') return;
		const {question} = state;
		const action = keymap.actionOf(key, 'confirm');
		const {name, typed} = question;
		const type = (text: string) =>
			change({question: {...question, typed: text.slice(0, longestName), message: undefined}});
		if (action === 'back' || action === 'interrupt') answerName(false);
		else if (action === 'erase') type(Array.from(typed).slice(0, -1).join(''));
		else if (action !== 'confirm') type(typed + typedBy(key));
		else if (typed.trim() === name) answerName(true);
		else {
			const message = typed === '' ? `Type ${name} to continue` : `That does not match ${name}`;
			change({question: {...question, message}});
		}
	};
	const answerQuestion = (key: string, question: TaskQuestion, rows: number) => {
		if (question.type === 'approval') return question.store.press(key, rows);
		if (question.type === 'name') return typeName(key);
		const action = keymap.actionOf(key, 'question');
		if (action === 'approve') answerYes(true);
		else if (action === 'leave') answerYes(false);
		else if (action === 'interrupt') giveUp();
	};
	const cancel = () => {
		const {apply, isRunning} = state;
		if (!isRunning) return;
		if (state.question) giveUp();
		if (apply) return apply.act('interrupt', 0);
		change({isCancelled: true});
		cancelWork?.();
	};

	const task: Task = {
		...subject,
		subscribe,
		getSnapshot: () => state,
		lines: () => lines,
		act(action, rows) {
			if (state.apply) return state.apply.act(action, rows);
			const last = Math.max(0, lines.length - rows);
			const view = actOnText(state.isFollowing ? {...state.view, top: last} : state.view, action, lines, rows);
			if (view) change({view, isFollowing: state.isLasting && view.top >= last});
		},
		answer(key, rows) {
			const {question, view} = state;
			if (!question && keymap.actionOf(key, 'input') === 'interrupt') return false;
			if (question) answerQuestion(key, question, rows);
			else if (view.typed !== undefined)
				change({view: typeInText(view, key, keymap.actionOf(key, 'input'), lines), isFollowing: false});
			return question !== undefined || view.typed !== undefined;
		},
		paste(text) {
			const {question, view} = state;
			const [line = ''] = text.trim().split('\n', 1);
			if (question?.type === 'approval') question.store.paste(text);
			else if (question?.type === 'name')
				change({question: {...question, typed: (question.typed + line).slice(0, longestName)}});
			else if (view.typed !== undefined) change({view: {...view, typed: (view.typed + line).slice(0, longestName)}});
		},
		cancel,
		dismiss() {
			giveUp();
			leave?.('leave');
		},
	};
	return {task, controls};
}
