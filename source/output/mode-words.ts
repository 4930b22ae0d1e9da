import type {Plan, PlanMode} from '../plan/plan.ts';

type ModeWords = {
	/** What is done, as the start of a question and of a failure: `Destroy failed after 2s`. */
	readonly verb: string;
	/** That it is done: `Destroyed in 2s`. */
	readonly done: string;
	/** Stands behind the names in the first line of the plan; empty for the usual one. */
	readonly heading: string;
};

/** How each kind of plan is spoken of. */
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
	rotate: {verb: 'Rotate', done: 'Rotated', heading: 'rotate passwords'},
};

/** What a plan would do, in one sentence before its details. */
export function intentionOf({mode, environment, actions}: Plan): string {
	switch (mode) {
		case 'apply':
			return `Makes ${environment} what compartment.yml says.`;
		case 'destroy':
			return actions.some(({deletesData}) => deletesData)
				? `Removes everything of ${environment}, its data too.`
				: `Removes everything of ${environment} but its volumes.`;
		case 'refresh-only':
			return `Compares ${environment} with what the last apply left. Changes nothing.`;
		case 'promote':
			return `Makes the candidates that wait in ${environment} active.`;
		case 'discard':
			return `Removes the candidates that wait in ${environment}.`;
		case 'rollback':
			return `Brings former deployments of ${environment} back.`;
		case 'stop':
			return `Stops what runs in ${environment}. Nothing is removed.`;
		case 'start':
			return `Starts what was stopped in ${environment}.`;
		case 'rotate':
			return `Changes the passwords of a database in ${environment}. What uses them gets a new deployment.`;
		case 'restart':
			return `Starts what runs in ${environment} anew.`;
	}
}
