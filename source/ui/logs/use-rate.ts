import {useEffect, useState} from 'react';
import type {FrameClock} from '../parts/frame-clock.ts';
import type {LogPool} from './log-pool.ts';

type Measured = {
	readonly pool: LogPool;
	/** Lines per second. */
	readonly rate: number;
	/** Number of the next line when nothing came any more. */
	readonly restsAt: number;
};

/** New lines per second of a pool; counts each second, as long as lines come. */
export function useRate(pool: LogPool, clock: FrameClock): number {
	const [measured, measure] = useState<Measured>({pool, rate: 0, restsAt: pool.next()});
	const {rate, restsAt} = measured.pool === pool ? measured : {rate: 0, restsAt: 0};
	const isBusy = pool.isLive && pool.next() !== restsAt;
	useEffect(() => {
		if (!isBusy) return undefined;
		// What came before, such as the lines from before the log was opened, is not new.
		let last = {next: pool.next(), at: clock.now()};
		return clock.everySecond(() => {
			const [next, at] = [pool.next(), clock.now()];
			const seconds = Math.max(0.001, (at - last.at) / 1000);
			measure({pool, rate: (next - last.next) / seconds, restsAt: next === last.next ? next : -1});
			last = {next, at};
		});
	}, [pool, clock, isBusy]);
	return rate;
}
