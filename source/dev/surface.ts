import type {Plan} from '../plan/plan.ts';
import type {EmitDev} from '../ui/dev/events.ts';
import type {Workspace} from '../workspace/workspace.ts';

/** What a user can ask for while `compartment dev` runs. */
export type DevWishes = {
	/** ctrl-c: the first time it lets running steps finish, the second time it stops them. Leaves in any case. */
	readonly interrupt: () => void;
	/** Leaves, when nothing is being done. */
	readonly leave: () => void;
	/** Shows the plan that waits, and asks. */
	readonly look: () => void;
	/** Plans and applies, whether something has changed or not. */
	readonly again: () => void;
};

/** How `compartment dev` is shown: as a screen, as lines, or as JSON lines. */
export type DevSurface = {
	readonly emit: EmitDev;
	/** Shows a plan and asks about it. It throws a CancelledError after a no, and a UserError where nobody can be asked. */
	readonly ask: (plan: Plan, workspace: Workspace) => Promise<Plan | undefined>;
	/** Whether a plan that has to be looked at is asked about at once, because no key could ask for that later. */
	readonly asksAtOnce: boolean;
	/** Shows what happens from now on. */
	readonly show: () => Promise<void>;
	/** Restores the terminal. */
	readonly close: () => Promise<void>;
};
