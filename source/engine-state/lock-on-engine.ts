import {UserError} from '../errors.ts';
import {again} from '../hint.ts';
import {holdAuthority} from '../state/authority.ts';
import type {Lock} from '../state/lock.ts';
import {isOnEngine, type PlaceRecord} from '../state/place.ts';
import {createAuthority} from './authority.ts';
import {acceptShared, isCurrent, readCopy, writeCopy} from './copy.ts';
import {folderName} from './layout.ts';
import {assertSameEngine, assertThere} from './missing.ts';
import {settleMove} from './move.ts';
import {findStates, hasNoStates, type StatePlace} from './router.ts';
import type {Store, Taken} from './store.ts';
import {hashOf, readStored, type Stored} from './stored.ts';
import {takeOnEngine} from './take-on-engine.ts';
import type {EngineLockOptions} from './wait-for-lock.ts';

/** A lock on the engine (docs/rules.md, "State on the engine"). */
export type EngineLock = Lock & {readonly store: Store};

/** Makes the folder a copy of what the engine has, under both locks. */
async function bringUnderLock(
	directory: string,
	place: StatePlace,
	record: PlaceRecord,
	{stateHash, journalHash}: Taken,
): Promise<void> {
	const copy = readCopy(directory);
	const isSame = hashOf(copy.state) === stateHash && hashOf(copy.journal) === journalHash;
	const stored = isSame && copy.state ? copy : await readUnderLock(place, record);
	await assertSameEngine(directory, stored, place.engine);
	assertThere(record, directory, stored);
	if (!isCurrent(directory, stored)) writeCopy(directory, stored);
	await acceptShared(directory, stored);
}

async function readUnderLock({engine, router}: StatePlace, record: PlaceRecord): Promise<Stored> {
	const found = await findStates(engine, router);
	return readStored(engine, found!.containerId, folderName(record));
}

/**
 * The lock of a new environment on an engine without a router: taken once something is to be written, so that a plan that is
 * refused or not approved makes no router.
 */
export async function lockLater(
	directory: string,
	place: StatePlace,
	record: PlaceRecord,
	options: EngineLockOptions & {readonly local: Lock},
): Promise<Lock | undefined> {
	if (record.moving || readCopy(directory).state || !(await hasNoStates(place.engine, place.router))) return undefined;
	let letGo: () => Promise<void> = async () => undefined;
	return {
		isFirstSince: options.local.isFirstSince,
		async secure() {
			const {store, taken} = await takeOnEngine(place, record, options);
			letGo = () => store.close();
			if (taken.stateHash !== 'none')
				throw new UserError(`Environment ${record.environment} was created in the meantime, by another command.`, {
					hint: again(),
				});
			const release = holdAuthority(directory, createAuthority(store, taken));
			letGo = async () => {
				release();
				await store.close();
			};
		},
		async release() {
			await letGo();
			await options.local.release();
		},
	};
}

/**
 * Takes the lock of an environment whose state is on the engine, brings the folder up to date, and has everything that this
 * process writes go there first.
 * @param local the lock of the folder, which is released with it
 * @throws LockedError (exit code 3) that names the holder and its machine
 */
export async function lockOnEngine(
	directory: string,
	place: StatePlace,
	record: PlaceRecord,
	options: EngineLockOptions & {readonly local: Lock},
): Promise<EngineLock> {
	const {store, taken} = await takeOnEngine(place, record, options);
	let letGo = () => {};
	try {
		letGo = holdAuthority(directory, createAuthority(store, taken));
		const stored = record.moving ? await readUnderLock(place, record) : undefined;
		if (stored) await settleMove(directory, record, stored);
		if (isOnEngine(directory)) await bringUnderLock(directory, place, record, taken);
		else letGo();
		return {
			store,
			isFirstSince: () => false,
			async release() {
				letGo();
				await store.close();
				await options.local.release();
			},
		};
	} catch (error) {
		letGo();
		await store.close();
		throw error;
	}
}
