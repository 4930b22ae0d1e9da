import {UserError} from '../errors.ts';
import {command} from '../hint.ts';
import {activeDeployment} from '../state/deployments.ts';
import type {Deployment, JobRun, State} from '../state/state.ts';
import {readState, writeState} from '../state/store.ts';
import {type TakeOptions, takeLock} from './take-lock.ts';

/** How many runs of each job the state keeps. */
const keptRuns = 50;

/** Writes the next state, and returns it as written. */
export type Write = (next: State) => Promise<State>;

/**
 * Works on an environment under its lock, which is not held while a job runs: a long job must not block a deploy. No state
 * goes to history: runs would push everything else out of it.
 */
export async function withState<Result>(
	directory: string,
	lockOptions: TakeOptions,
	work: (state: State, write: Write) => Promise<Result>,
): Promise<Result> {
	const lock = await takeLock(directory, lockOptions);
	try {
		let state = await readState(directory);
		if (!state) throw new UserError('The project has not been deployed yet.', {hint: command('apply')});
		return await work(state, async next => {
			state = await writeState(directory, next, state!, {keepsPrevious: false});
			return state;
		});
	} finally {
		await lock.release();
	}
}

/** The state with a run added, or replaced if its id exists. Beyond the number to keep, the oldest that has ended goes. */
export function withRun(state: State, run: JobRun): State {
	const isKnown = state.jobs.some(({id}) => id === run.id);
	if (isKnown) return {...state, jobs: state.jobs.map(each => (each.id === run.id ? run : each))};
	const ended = state.jobs.filter(({service, status}) => service === run.service && status !== 'running');
	const gone = new Set(ended.slice(0, Math.max(0, ended.length + 1 - keptRuns)));
	return {...state, jobs: [...state.jobs.filter(each => !gone.has(each)), run]};
}

/** The deployment that a run of a job uses. @throws UserError when it is not deployed, or no job */
export function deployedJob(state: State, service: string): Deployment {
	const deployment = activeDeployment(state, service);
	if (!deployment)
		throw new UserError(`job ${service} has not been deployed yet`, {hint: command('apply', '--service', service)});
	if (deployment.kind === 'job' || deployment.kind === 'cron') return deployment;
	throw new UserError(`service ${service} is of kind ${deployment.kind}, not a job`, {hint: command('job list')});
}
