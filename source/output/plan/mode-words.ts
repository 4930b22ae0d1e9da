import type {Plan, PlanMode} from '../../plan/plan.ts';

type ModeWords = {
	/** Starts a question or a failure: `Destroy failed after 2s`. */
	readonly verb: string;
	/** Starts a success: `Destroyed in 2s`. */
	readonly done: string;
	/** Follows the names in the first line of the plan; empty for an apply. */
	readonly heading: string;
};

/** The words for each kind of plan. */
export const modeWords: Readonly<Record<PlanMode, ModeWords>> = {
	apply: {verb: 'Apply', done: 'Apply done', heading: ''},
	destroy: {verb: 'Destroy', done: 'Destroyed', heading: 'destroy'},
	'refresh-only': {verb: 'Refresh', done: 'Refreshed', heading: 'refresh only'},
	promote: {verb: 'Promote', done: 'Promoted', heading: 'promote'},
	discard: {verb: 'Discard', done: 'Discarded', heading: 'discard'},
	rollback: {verb: 'Roll back', done: 'Rolled back', heading: 'rollback'},
	stop: {verb: 'Stop', done: 'Stopped', heading: 'stop'},
	start: {verb: 'Start', done: 'Started', heading: 'start'},
	restart: {verb: 'Restart', done: 'Restarted', heading: 'restart'},
	heal: {verb: 'Heal', done: 'Healed', heading: 'heal'},
	renew: {verb: 'Renew', done: 'Renewed', heading: 'renew certificates'},
	rotate: {verb: 'Rotate', done: 'Rotated', heading: 'rotate passwords'},
};

/** What a plan would do, in one sentence. */
export function intentionOf({mode, environment, actions}: Plan): string {
	switch (mode) {
		case 'apply':
			return `Brings ${environment} in line with compartment.yml.`;
		case 'destroy':
			return actions.some(({deletesData}) => deletesData)
				? `Removes everything in ${environment}, including its data.`
				: `Removes everything in ${environment} except its volumes.`;
		case 'refresh-only':
			return `Compares ${environment} with its state. Changes nothing on the engine.`;
		case 'promote':
			return `Makes the held candidates in ${environment} active.`;
		case 'discard':
			return `Removes the held candidates in ${environment}.`;
		case 'rollback':
			return `Rolls ${environment} back to previous deployments.`;
		case 'stop':
			return `Stops everything that runs in ${environment}. Removes nothing.`;
		case 'start':
			return `Starts everything that was stopped in ${environment}.`;
		case 'rotate':
			return `Changes the passwords of a database in ${environment} and redeploys the services that use them.`;
		case 'renew':
			return `Obtains certificates of ${environment} again.`;
		case 'heal':
			return `Puts right what has broken in ${environment}.`;
		case 'restart':
			return `Restarts what runs in ${environment}.`;
	}
}
