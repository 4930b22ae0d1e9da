import {UserError} from '../errors.ts';
import {again, command, hint} from '../hint.ts';
import {type Authority, holdAuthority} from '../state/authority.ts';
import {type Lock, ownRecord} from '../state/lock.ts';
import {isOnEngine, type PlaceRecord} from '../state/place.ts';
import {acceptShared, isCurrent, readCopy, writeCopy} from './copy.ts';
import {folderName} from './layout.ts';
import {assertSameEngine, assertThere} from './missing.ts';
import {settleMove} from './move.ts';
import {findStates, hasNoStates, type StatePlace, startStates} from './router.ts';
import {openStore, type Store, type Taken} from './store.ts';
import {hashOf, readStored, type Stored} from './stored.ts';
import {type EngineLockOptions, waitForLock} from './wait-for-lock.ts';

/** A lock on the engine (docs/rules.md, "State on the engine"). */
export type EngineLock = Lock & {readonly store: Store};

async function expectOk(answer: Promise<string>, what: string): Promise<void> {
	const text = await answer;
	if (text === 'ok') return;
	if (text.startsWith('moved '))
		throw new UserError(`${what}: it changed in the meantime.`, {
			hint: 'Another command wrote it. Run this command again.',
		});
	throw new UserError(`${what}: ${text.replace(/^error /, '')}`, {
		hint: 'Check the disk of the engine. What is running there is not affected.',
	});
}

/** What gets everything that this process writes, while it holds the lock. */
export function createAuthority(store: Store, {stateHash}: Taken): Authority {
	let known = stateHash;
	return {
		async append(at, lines) {
			const answer = store.send(`append ${at} ${lines.length}`, lines.toString());
			await expectOk(answer, 'Cannot write the journal on the engine');
		},
		async put(content, name = '-') {
			const text = content.toString();
			const next = hashOf(text);
			if (next === known) return;
			const answer = store.send(`put ${known} ${next} ${Buffer.byteLength(text)} ${name}`, text);
			await expectOk(answer, 'Cannot write the state on the engine');
			known = next;
		},
		archiveJournal: name => expectOk(store.send(`archive ${name}`), 'Cannot archive the journal on the engine'),
		async aside(task) {
			await expectOk(store.send('reserve 60'), 'Cannot keep the lock on the engine');
			return task();
		},
	};
}

/** Takes the lock of an environment on its engine. The caller holds the lock of its folder. */
export async function takeOnEngine(
	place: StatePlace,
	record: PlaceRecord,
	options: EngineLockOptions,
): Promise<{readonly store: Store; readonly taken: Taken}> {
	const {engine, router} = place;
	await startStates(place, options.say);
	const store = await openStore({
		engine,
		name: folderName(record),
		record: ownRecord(options.operation),
		async findContainer() {
			const found = await findStates(engine, router);
			if (found?.isRunning) return found.containerId;
			throw new UserError(`The router ${router.name} does not run.`, {hint: hint`${command('apply')} starts it.`});
		},
	});
	try {
		return {store, taken: await waitForLock(store, options)};
	} catch (error) {
		await store.close();
		throw error;
	}
}

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
