const minute = 60_000;
const hour = 60 * minute;

/** The pauses after the first, second … failed attempt; the last one repeats. */
const pauses = [10_000, 30_000, 2 * minute, 10 * minute, 30 * minute, hour] as const;

/** A notification that is older than this, and was tried this often, is dropped: nobody waits for it any more. */
const longestAge = 24 * hour;
const fewestAttempts = 5;

type Tried = {
	/** Failed attempts. */
	readonly attempts: number;
	/** When the notification was made, in milliseconds since the epoch. */
	readonly at: number;
};

/** When to try again, in milliseconds since the epoch; undefined to give up. */
export function nextAttempt({attempts, at}: Tried, now: number): number | undefined {
	if (attempts >= fewestAttempts && now - at > longestAge) return undefined;
	return now + (pauses[attempts - 1] ?? hour);
}

/** Whether an attempt is due. No pause is longer than an hour; one that seems to be shows that the clock was set back. */
export const isDue = (notBefore: number, now: number): boolean => notBefore <= now || notBefore > now + hour;
