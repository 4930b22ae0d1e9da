import type {DeploymentStage} from '../../state/state.ts';

/** Words for each stage of a deployment: while it lasts, and when the attempt failed in it. */
const words = {
	building: {now: 'building', failed: 'while its image was built'},
	release: {now: 'running release command', failed: 'in its release command'},
	starting_candidate: {now: 'starting', failed: 'while starting'},
	checking_readiness: {now: 'not ready yet', failed: 'while waiting to become ready'},
	candidate: {now: 'candidate', failed: 'as a candidate'},
	switching_route: {now: 'switching traffic', failed: 'while traffic was switched'},
	draining_previous: {now: 'draining', failed: 'while the previous one was draining'},
	active: {now: 'active', failed: 'while it served'},
	retired: {now: 'retired', failed: 'after it was replaced'},
	rolled_back: {now: 'rolled back', failed: 'and was rolled back'},
	stopped: {now: 'stopped', failed: 'and was stopped'},
} as const satisfies Record<DeploymentStage, {readonly now: string; readonly failed: string}>;

/** A stage as shown to people: `not ready yet`. JSON uses the stage's name. */
export const stageText = (stage: DeploymentStage): string => words[stage].now;

/** Where an attempt failed: `failed while waiting to become ready`. */
export const failedAtText = (stage: DeploymentStage): string => `failed ${words[stage].failed}`;
