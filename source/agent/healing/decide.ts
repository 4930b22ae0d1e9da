import {routerAddress} from '../../model/address.ts';
import {timesWords} from '../../model/health-words.ts';
import type {Ailment} from './ailments.ts';
import type {Ledger} from './ledger.ts';

/** How often a container may end, or be started without becoming ready, within `windowMs`. */
const budget = 5;

export const windowMs = 10 * 60_000;

/** How often somebody else may stop something within `windowMs` before it is started with a delay too. */
const patience = 30;

const firstDelayMs = 1000;
const longestDelayMs = 5 * 60_000;

/** How long a service gets after a resource that it uses was put right, before it counts as hung. */
const settleMs = 30_000;

/** What to do about what is wrong. Times are in ms of the ledger's clock. */
export type Decision = {
	/** Now, in this order. */
	readonly act: readonly Ailment[];
	/** Later, because it was tried just before. */
	readonly wait: readonly {readonly ailment: Ailment; readonly until: number}[];
	/** No more. `cause` is a predicate of the object: `ended 5 times in 10 minutes`. */
	readonly giveUp: readonly {readonly ailment: Ailment; readonly cause: string}[];
};

/** The part of a ledger that counts. */
const within = ({attempts, ends, stops}: Ledger, now: number): Ledger => ({
	attempts: attempts.filter(({at}) => now - at < windowMs),
	ends: ends.filter(({at}) => now - at < windowMs),
	stops,
});

/** Whether a container's last end was caused by somebody else, as far as events show. */
export const wasStopped = ({ends}: Ledger, {containerId}: Ailment): boolean =>
	ends.findLast(end => end.containerId === containerId)?.isFromOutside === true;

/** Why an object is given up; undefined while there is hope. */
function exhaustion(
	{ends: allEnds, attempts}: Ledger,
	{address, containerId, endsInMinute, hasEnded, remedy}: Ailment,
) {
	// Nothing else works without it, and its own policy keeps it up.
	if (address === routerAddress) return undefined;
	const own = allEnds.filter(end => end.containerId === containerId && !end.isFromOutside).length;
	const ends = Math.max(own, endsInMinute);
	if (hasEnded && ends >= budget) return `ended ${timesWords(ends)} in 10 minutes`;
	const tries = attempts.filter(attempt => attempt.address === address);
	const unready = tries.filter(({outcome}) => outcome === 'unready').length;
	if (unready >= budget) return `did not become ready ${timesWords(unready)} in 10 minutes`;
	const replaced = tries.filter(({outcome, isFromOutside}) => outcome === 'healed' && !isFromOutside).length;
	if (remedy === 'replace' && replaced >= budget) return `hung ${timesWords(replaced + 1)} in 10 minutes`;
	return undefined;
}

/** When an object may be tried again: at once the first time, then at growing intervals. */
function notBefore(ledger: Ledger, {address, containerId}: Ailment, now: number): number {
	const recent = within(ledger, now);
	const tries = recent.attempts.filter(attempt => attempt.address === address);
	// Where nothing can be started, five minutes between two tries need a longer memory.
	const errors = ledger.attempts.filter(attempt => attempt.address === address && attempt.outcome === 'error');
	const outside = tries.filter(({outcome, isFromOutside}) => outcome === 'healed' && isFromOutside);
	const counted = [
		...errors,
		...tries.filter(attempt => attempt.outcome !== 'error' && !outside.includes(attempt)),
		...recent.ends.filter(end => end.containerId === containerId && !end.isFromOutside),
		...outside.slice(patience),
	].map(({at}) => at);
	if (counted.length === 0) return Number.NEGATIVE_INFINITY;
	return Math.max(...counted) + Math.min(longestDelayMs, firstDelayMs * 2 ** (counted.length - 1));
}

/** Until when a service that hangs is left alone, because what it uses does not work, or only just does. */
function waitsFor(ledger: Ledger, {needs, remedy}: Ailment, ailments: readonly Ailment[], now: number): number {
	if (remedy !== 'replace') return Number.NEGATIVE_INFINITY;
	if (ailments.some(({address}) => needs.includes(address))) return now + settleMs;
	const healed = ledger.attempts.filter(({address}) => needs.includes(address)).map(({at}) => at);
	return Math.max(...healed, Number.NEGATIVE_INFINITY) + settleMs;
}

/** Decides what to do about what is wrong, from what was tried before (docs/rules.md, "Crash loop"). Pure. */
export function decide(ailments: readonly Ailment[], ledger: Ledger, now: number): Decision {
	const act: Ailment[] = [];
	const wait: {ailment: Ailment; until: number}[] = [];
	const giveUp: {ailment: Ailment; cause: string}[] = [];
	for (const ailment of ailments) {
		const cause = ailment.remedy === 'forget' ? undefined : exhaustion(within(ledger, now), ailment);
		if (cause !== undefined) giveUp.push({ailment, cause});
		else if (ailment.remedy === 'forget') act.push(ailment);
		else if (ailment.remedy !== 'none') {
			const until = Math.max(notBefore(ledger, ailment, now), waitsFor(ledger, ailment, ailments, now));
			if (until <= now) act.push(ailment);
			else wait.push({ailment, until});
		}
	}
	return {act, wait, giveUp};
}
