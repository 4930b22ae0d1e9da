import {EngineError} from '../errors.ts';
import type {ReadonlyEngine} from './engine.ts';

/*
 * The clocks of two machines differ. Times in what an engine answers (starts, ends, events, log lines) are compared only
 * with other times of that engine. These functions are the only way from one clock to the other.
 */

type Clocked = Pick<ReadonlyEngine, 'info'>;

/**
 * How far the engine's clock is ahead of ours, in milliseconds. Most commands read it anyway. If the engine does not say,
 * its clock is assumed to be ours.
 */
export async function readClockOffset(engine: Clocked): Promise<number> {
	try {
		return (await engine.info()).clockOffsetMs;
	} catch (error) {
		if (error instanceof EngineError) return 0;
		throw error;
	}
}

/** The present time by the engine's clock. Milliseconds since the epoch, as everywhere here. */
export const engineNow = (clockOffsetMs: number): number => Date.now() + clockOffsetMs;

/** A time that the engine recorded, by our clock: for what is compared with, or recorded beside, our own times. */
export const byOurClock = (at: number, clockOffsetMs: number): number => at - clockOffsetMs;
