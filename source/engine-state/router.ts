import type {Engine, ReadonlyEngine} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {ensureRouter, observeRouter, type RouterOptions} from '../router/router.ts';

/** An engine, and the router in whose volume states are. */
export type StatePlace = {readonly engine: Engine; readonly router: RouterOptions};

/** The router's container, running or stopped; undefined without one. */
export async function findStates(
	engine: ReadonlyEngine,
	router: RouterOptions,
): Promise<{readonly containerId: string; readonly isRunning: boolean} | undefined> {
	const {state, containerId} = await observeRouter(engine, router);
	return containerId === undefined || state === 'foreign' ? undefined : {containerId, isRunning: state === 'running'};
}

/** Whether the engine has neither a router nor the volume of one, so that no environment has its state there. */
export const hasNoStates = async (engine: ReadonlyEngine, router: RouterOptions): Promise<boolean> =>
	!(await findStates(engine, router)) && !(await engine.findByName('volume', router.name));

/** The error for a router that is gone, with the state in its volume. */
export const withoutRouter = (environment: string, {name}: RouterOptions): UserError =>
	new UserError(
		`The state of environment ${environment} is on the engine, in the volume of router ${name}, which does not exist.`,
		{hint: hint`${command('apply')} makes it again, with the volume as it is.`},
	);

/**
 * The running router's container. Starts the router, or makes it, if it does not run; one that is outdated is left to the plan.
 * @param say tells the user so
 */
export async function startStates({engine, router}: StatePlace, say?: (message: string) => void): Promise<string> {
	const found = await findStates(engine, router);
	if (found?.isRunning) return found.containerId;
	say?.(`${found ? 'Starting' : 'Creating'} the router ${router.name}, which keeps the state.`);
	return (await ensureRouter(engine, router)).containerId;
}
