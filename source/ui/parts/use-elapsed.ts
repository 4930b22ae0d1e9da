import {useEffect, useReducer} from 'react';
import type {FrameClock} from './frame-clock.ts';

/**
 * Milliseconds since `startedAt` (milliseconds since the epoch), growing every second; undefined while there is no
 * start, and still once `endedAt` is known.
 */
export function useElapsed(clock: FrameClock, startedAt?: number, endedAt?: number): number | undefined {
	const [, tick] = useReducer((count: number) => count + 1, 0);
	const isRunning = startedAt !== undefined && endedAt === undefined;
	useEffect(() => (isRunning ? clock.everySecond(tick) : undefined), [clock, isRunning]);
	return startedAt === undefined ? undefined : Math.max(0, (endedAt ?? clock.now()) - startedAt);
}
