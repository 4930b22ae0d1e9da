import type {Dialogue} from '../console/dialogue.ts';
import {describeWork} from '../console/work-view.ts';
import {CancelledError} from '../errors.ts';
import {sanitiseLine, sanitiseText} from '../output/sanitise.ts';
import {createTerminal, type Terminal} from '../output/terminal.ts';
import type {TaskControls} from '../ui/task/task.ts';
import type {ScreenFlags} from '../workspace/flags.ts';

/** Cells of the frame around the lines of a task. */
const frameColumns = 4;

/** A terminal whose lines go to a task instead of the screen. */
function framedTerminal(flags: ScreenFlags, {print}: TaskControls): Terminal {
	const terminal = createTerminal(flags);
	const keepColour = terminal.paint.isColoured;
	const printLines = (text: string) => print(sanitiseText(text, {keepColour}));
	return {...terminal, columns: terminal.columns - frameColumns, print: printLines, inform: printLines};
}

/**
 * Asks and shows in the frame of the dashboard, on the page of a task.
 * @param onChanged called when an apply has ended and its state is written
 */
export function inFrame(flags: ScreenFlags, controls: TaskControls, onChanged: () => void): Dialogue {
	const terminal = framedTerminal(flags, controls);
	return {
		terminal,
		shownAs: 'screen',
		listsActions: () => true,
		askApproval: (plan, {render}) => controls.askApproval(plan, render),
		askYes: controls.askYes,
		async confirmName({isConfirmed, cancelled, ...question}) {
			if (!isConfirmed && !(await controls.askName(question))) throw new CancelledError(cancelled);
		},
		async openApplyView({onCancel, staysOpen = false}) {
			const {emit, left} = controls.openApply({onCancel, staysOpen});
			return {
				emit,
				// An apply asks whether it is left when nobody has to wait for the environment any more.
				get left() {
					onChanged();
					return left;
				},
				close: async () => undefined,
			};
		},
		async watch(run) {
			const abort = new AbortController();
			controls.beginWork(() => abort.abort(new CancelledError()));
			return run(
				{
					notify(event) {
						if (event.type === 'work-output') terminal.print(event.text.trimEnd());
						else if (event.type !== 'work-finished') controls.say(sanitiseLine(describeWork(event)));
					},
					emit(event) {
						if (event.type === 'step-progress') controls.say(sanitiseLine(`${event.address}: ${event.message}`));
					},
					say: terminal.print,
				},
				abort.signal,
			);
		},
	};
}
