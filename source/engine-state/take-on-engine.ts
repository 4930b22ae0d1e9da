import {steadyNow} from '../clock.ts';
import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {ownRecord} from '../state/lock.ts';
import type {PlaceRecord} from '../state/place.ts';
import {folderName} from './layout.ts';
import {findStates, type StatePlace, startStates} from './router.ts';
import {openStore, type Store, type Taken} from './store.ts';
import {type EngineLockOptions, waitForLock} from './wait-for-lock.ts';

/** How often a router that goes away while it is opened is made again. */
const triesToOpen = 3;

/** How long a router that another command replaces is gone at most, in milliseconds. */
const removedMs = 5000;

/** Opens the store in the router, which is started or made if it does not run. */
async function openInRouter(place: StatePlace, record: PlaceRecord, options: EngineLockOptions): Promise<Store> {
	const {engine, router} = place;
	/** Since when it has not been running. */
	let goneAt: number | undefined;
	async function findContainer(): Promise<string> {
		const found = await findStates(engine, router);
		if (found?.isRunning) {
			goneAt = undefined;
			return found.containerId;
		}
		goneAt ??= steadyNow();
		// What replaces it is faster, so somebody has removed it, and whoever waits for this lock cannot make it again.
		if (steadyNow() - goneAt >= removedMs) return startStates(place, options.say);
		throw new UserError(`The router ${router.name} does not run.`, {hint: hint`${command('apply')} starts it.`});
	}
	for (let attempt = 1; ; attempt++) {
		await startStates(place, options.say);
		try {
			return await openStore({
				engine,
				name: folderName(record),
				record: ownRecord(options.operation),
				findContainer,
			});
		} catch (error) {
			// The engine lists a container as running while it removes it.
			if (goneAt === undefined || attempt === triesToOpen) throw error;
		}
	}
}

/** Takes the lock of an environment on its engine. The caller holds the lock of its folder. */
export async function takeOnEngine(
	place: StatePlace,
	record: PlaceRecord,
	options: EngineLockOptions,
): Promise<{readonly store: Store; readonly taken: Taken}> {
	const store = await openInRouter(place, record, options);
	try {
		return {store, taken: await waitForLock(store, options)};
	} catch (error) {
		await store.close();
		throw error;
	}
}
