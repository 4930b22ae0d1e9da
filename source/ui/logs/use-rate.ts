import {useEffect, useState} from 'react';
import type {FrameClock} from '../parts/frame-clock.ts';

/** What gets lines, and counts them. */
type Counting = {readonly next: () => number; readonly isLive?: boolean};

type Measured = {
	readonly log: Counting;
	/** Lines per second. */
	readonly rate: number;
	/** Number of the next line when nothing came any more. */
	readonly restsAt: number;
};

/** A shorter time says little. */
const leastMs = 500;

/** New lines per second of a log; counts each second, as long as lines come. */
export function useRate(log: Counting, clock: FrameClock): number {
	const [measured, measure] = useState<Measured>({log, rate: 0, restsAt: log.next()});
	const {rate, restsAt} = measured.log === log ? measured : {rate: 0, restsAt: 0};
	const isBusy = log.isLive !== false && log.next() !== restsAt;
	useEffect(() => {
		if (!isBusy) return undefined;
		// What came before, such as the lines from before the log was opened, is not new.
		let last = {next: log.next(), at: clock.now()};
		return clock.everySecond(() => {
			const [next, at] = [log.next(), clock.now()];
			// The seconds of a clock that others have started need not begin now.
			if (at - last.at < leastMs) return;
			measure({log, rate: ((next - last.next) * 1000) / (at - last.at), restsAt: next === last.next ? next : -1});
			last = {next, at};
		});
	}, [log, clock, isBusy]);
	return rate;
}
