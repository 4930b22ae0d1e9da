import type {Terminal} from '../output/terminal.ts';
import {createTerminal} from '../output/terminal.ts';
import type {Approval} from '../plan/approval.ts';
import type {Plan} from '../plan/plan.ts';
import type {ApplyView, ApplyViewOptions, ScreenSettings} from '../ui/apply/open-apply-view.tsx';
import type {PlanRenderer} from '../ui/approve/store.ts';
import {isJson, type ScreenFlags} from '../workspace/flags.ts';
import type {NameQuestion} from './confirm-name.ts';
import type {Watch} from './watch-work.ts';

/** How an apply is shown while it runs. */
export type ShownAs = 'screen' | 'lines' | 'json';

/** How a command asks and shows: on the terminal that it was typed in, or in the frame of the dashboard. */
export type Dialogue = {
	/** What is printed stays readable after the command. */
	readonly terminal: Terminal;
	readonly shownAs: ShownAs;
	/** Whether the question about a plan lists its actions with their changes, so that they are not printed before it. */
	readonly listsActions: () => boolean;
	/** Asks which part of a plan may run. */
	readonly askApproval: (
		plan: Plan,
		options: {readonly render: PlanRenderer; readonly settings?: ScreenSettings | undefined},
	) => Promise<Approval>;
	/** Asks a yes-or-no question with a reason above it; undefined when it is left without an answer. */
	readonly askYes: (reason: string, question: string) => Promise<boolean | undefined>;
	/** Asks for a name to be typed, unless the question is confirmed already. @throws CancelledError after anything else */
	readonly confirmName: (question: NameQuestion) => Promise<void>;
	readonly openApplyView: (options: ApplyViewOptions) => Promise<ApplyView>;
	/** Shows the progress of work on resources, and lets the user cancel it. */
	readonly watch: Watch;
};

/** Least height of a terminal whose question about a plan has room for the changes. */
const leastRows = 20;

/** Asks and shows on the terminal, as the flags of the command say. */
export function onTerminal(flags: ScreenFlags): Dialogue {
	const terminal = createTerminal(flags);
	const shownAs: ShownAs = isJson(flags) ? 'json' : terminal.hasScreen ? 'screen' : 'lines';
	return {
		terminal,
		shownAs,
		listsActions: () => terminal.isInteractive && shownAs === 'screen' && process.stdout.rows >= leastRows,
		askApproval: async (plan, options) =>
			terminal.hasScreen
				? (await import('../ui/approve/ask-approval.tsx')).askApproval(plan, options)
				: (await import('./ask-in-lines.ts')).askInLines(plan, options.render.full),
		askYes: async (reason, question) => (await import('./ask-yes.ts')).askYesOrNo(terminal, reason, question),
		confirmName: async question => (await import('./confirm-name.ts')).confirmByName(question),
		openApplyView: async options => (await import('../ui/apply/open-apply-view.tsx')).openApplyView(options),
		watch: async run => (await import('./watch-work.ts')).watchOnTerminal(isJson(flags))(run),
	};
}
