import {observeEverything} from '../engine/own-engine.ts';
import {UserError} from '../errors.ts';
import {keepsStates, observeRouter, removeRouter} from '../router/router.ts';
import {acquireLock} from '../state/lock.ts';
import {readPlace} from '../state/place.ts';
import type {StatePlace} from './router.ts';
import {takeOnEngine} from './take-on-engine.ts';
import type {EngineLockOptions} from './wait-for-lock.ts';

/**
 * Removes the state of a destroyed environment from its engine, with its history; and the router, if that was the last one
 * that needed it.
 */
export async function forgetState(directory: string, place: StatePlace, options: EngineLockOptions): Promise<void> {
	const record = readPlace(directory);
	if (record?.state !== 'engine') return;
	const local = await acquireLock(directory, options);
	try {
		const {store} = await takeOnEngine(place, record, options);
		try {
			const answer = await store.send('forget');
			if (answer !== 'ok')
				throw new UserError(`Cannot remove the state on the engine: ${answer.replace(/^error /, '')}`);
		} finally {
			await store.close();
		}
		if (!(await isNeeded(place))) await removeRouter(place.engine, place.router);
	} finally {
		await local.release();
	}
}

/** Whether any environment is served by the router, or has a state in its volume. */
async function isNeeded({engine, router}: StatePlace): Promise<boolean> {
	const [observed, {networks}] = await Promise.all([observeRouter(engine, router), observeEverything(engine)]);
	const {containerId, networks: joined = []} = observed;
	return containerId === undefined || networks.some(({name}) => joined.includes(name)) || keepsStates(engine, observed);
}
