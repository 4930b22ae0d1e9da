import type {Backup} from '../state/backup.ts';
import type {State} from '../state/state.ts';
import {copyIn, scheduledBackups} from './records.ts';

const firstPauseMs = 60_000;
const longestPauseMs = 3_600_000;

/** How long to wait after so many failures: 1 minute, then twice as long each time, up to an hour. */
const pauseMs = (attempts: number): number => Math.min(longestPauseMs, firstPauseMs * 2 ** Math.max(0, attempts - 1));

/** A backup that a store lacks, and when to try it. */
export type PendingCopy = {
	readonly id: Backup['id'];
	/** Milliseconds since the epoch. */
	readonly at: number;
};

/** The newest scheduled backup of a resource, unless its store has it (docs/rules.md, "Off-site copies"). Pure. */
export function pendingCopy(
	state: State,
	resource: string,
	store: string | undefined,
	now: number,
): PendingCopy | undefined {
	if (store === undefined) return undefined;
	const newest = scheduledBackups(state, resource).find(({status}) => status === 'succeeded');
	if (!newest) return undefined;
	const {id} = newest;
	const copy = copyIn(newest, store);
	if (!copy) return {id, at: now};
	if (copy.status === 'stored' || copy.status === 'deleted') return undefined;
	const failedAt = Date.parse(copy.at);
	// A time to come means that the clock was set back.
	return {id, at: failedAt > now ? now : failedAt + pauseMs(copy.attempts)};
}
