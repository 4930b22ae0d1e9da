import {removeUnneededImages} from '../apply/clean-up-images.ts';
import {lockEnvironment} from '../apply/lock-environment.ts';
import {counted} from '../counted.ts';
import {LockedError} from '../errors.ts';
import {readSettings} from '../settings/settings.ts';
import {agentOperation} from '../state/lock.ts';
import {type DiskLevel, diskText, lookAtDisk} from './disk-level.ts';
import type {AgentWorld, Duty, EnvironmentWorld} from './duty.ts';
import {readEngineDisk} from './engine-disk.ts';
import {readUnderLock} from './under-lock.ts';

const minute = 60_000;
const hour = 60 * minute;

const name = 'house-keeping';

/** A time by the steady clock at which something is due, which a jump of the machine's clock does not move. */
const createTimer = ({steady, now}: EnvironmentWorld['clock'], firstMs: number) => {
	let dueAt = steady() + firstMs;
	return {
		isDue: () => steady() >= dueAt,
		again: (afterMs: number) => {
			dueAt = steady() + afterMs;
		},
		/** The same by the machine's clock. */
		at: () => now() + dueAt - steady(),
	};
};

/** Watches the engine's disk, and keeps its build cache below the setting `buildCacheGB`. */
export function createEngineKeeping(world: AgentWorld, env = process.env): Duty {
	const {engine, router, clock, report, noteDisk} = world;
	const disk = createTimer(clock, 0);
	const cache = createTimer(clock, minute);
	let level: DiskLevel = {reportedAt: undefined};

	const watchDisk = async () => {
		const found = await readEngineDisk(engine, router);
		if (!found) return;
		const looked = lookAtDisk(level, found, clock.steady());
		level = looked.level;
		noteDisk({...found, isLow: level.reportedAt !== undefined});
		if (looked.shouldReport) report({type: 'disk-low', at: clock.now(), message: diskText(found)});
	};
	const keepCache = async () => {
		const {buildCacheGB} = await readSettings(env);
		// Only the user may say so: on the engine, nothing shows whose cache it is.
		if (buildCacheGB > 0) await engine.pruneBuildCache(buildCacheGB * 1e9);
	};
	return {
		name,
		concerns: () => false,
		async run() {
			if (disk.isDue()) {
				disk.again(10 * minute);
				await watchDisk();
			}
			if (cache.isDue()) {
				cache.again(hour);
				await keepCache();
			}
			return [
				{at: disk.at(), what: null},
				{at: cache.at(), what: null},
			];
		},
	};
}

/**
 * Removes images of an environment that no retained deployment needs, once a day: those that an apply could not remove.
 * Does nothing while another command holds the lock, or when an interrupted one has to be recovered first.
 */
export function createImageKeeping(world: EnvironmentWorld, env = process.env): Duty {
	const {engine, router, directory, clock, act} = world;
	const timer = createTimer(clock, 10 * minute);

	const clean = async () => {
		const locked = await lockEnvironment({
			directory,
			engine,
			router,
			operation: agentOperation,
			readState: async () => ({state: await readUnderLock(world, env), isNew: false}),
		});
		try {
			if (!locked.isSettled) return;
			const {retain} = await readSettings(env);
			const removed = await removeUnneededImages(engine, locked.state, retain);
			if (removed.length === 0) return;
			const message = `removed ${counted(removed.length, 'image')} that no kept deployment needs`;
			act({duty: name, address: null, outcome: 'done', message});
		} finally {
			await locked.release();
		}
	};
	return {
		name,
		concerns: () => false,
		async run() {
			if (timer.isDue()) {
				timer.again(24 * hour);
				try {
					if (await world.readState()) await clean();
				} catch (error) {
					if (!(error instanceof LockedError)) throw error;
					timer.again(hour);
				}
			}
			return [{at: timer.at(), what: null}];
		},
	};
}
