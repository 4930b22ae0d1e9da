import {useEffect, useReducer} from 'react';
import type {FrameClock} from './frame-clock.ts';

/**
 * Milliseconds since `startedAt`, updated every second until `endedAt` is set; undefined without a start. Both are in
 * milliseconds since the epoch.
 */
export function useElapsed(clock: FrameClock, startedAt?: number, endedAt?: number): number | undefined {
	const [, tick] = useReducer((count: number) => count + 1, 0);
	const isRunning = startedAt !== undefined && endedAt === undefined;
	useEffect(() => (isRunning ? clock.everySecond(tick) : undefined), [clock, isRunning]);
	return startedAt === undefined ? undefined : Math.max(0, (endedAt ?? clock.now()) - startedAt);
}
