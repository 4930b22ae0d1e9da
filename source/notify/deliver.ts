import {steadyNow} from '../clock.ts';
import {type NotifyTarget, originOf} from '../settings/notify-targets.ts';
import {holdKernelLock} from '../state/kernel-lock.ts';
import {bodyFor} from './payload.ts';
import {post} from './post.ts';
import {type Entry, isQueueEmpty, openQueue, postpone, readQueue, remove, targetKey} from './queue.ts';
import {isDue, nextAttempt} from './retry.ts';
import {sign, signatureHeader} from './signature.ts';

/** Why a notification did not arrive. */
export type DeliveryProblem = {
	/** Origin of the target's URL. */
	readonly origin: string;
	readonly problem: string;
	/** When it is tried again, in milliseconds since the epoch; null when it was dropped. */
	readonly retryAt: number | null;
};

type Options = {
	readonly targets: readonly NotifyTarget[];
	/** Milliseconds since the epoch. */
	readonly now: () => number;
	/** Ends all requests that have no answer yet. They do not count as failed. */
	readonly signal: AbortSignal;
	/** How long the round may take, in milliseconds. One request never gets more than ten seconds. */
	readonly limitMs?: number;
	readonly env?: NodeJS.ProcessEnv;
};

/** What a round of deliveries did. */
export type Delivered = {
	readonly sent: number;
	readonly problems: readonly DeliveryProblem[];
};

const requestLimitMs = 10_000;

const nothing: Delivered = {sent: 0, problems: []};

/**
 * Sends what waits and is due, to all targets side by side, to each in order. A target that fails gets nothing more until
 * its pause is over. Does nothing when another process delivers. Each notification arrives at least once: one whose answer
 * is lost in a crash is sent again, with the same id.
 */
export async function deliver(options: Options): Promise<Delivered> {
	const {targets, now, signal, limitMs = Number.POSITIVE_INFINITY, env} = options;
	const end = steadyNow() + limitMs;
	if (isQueueEmpty(env)) return nothing;
	const directory = openQueue(env);
	const lock = await holdKernelLock(directory);
	if (!lock) return nothing;
	try {
		const known = new Map(targets.map(target => [targetKey(target), target]));
		const waiting = Map.groupBy(readQueue(directory, now()), ({target}) => target);
		// The user has removed the targets of the others.
		for (const [key, entries] of waiting) if (!known.has(key)) for (const {path} of entries) remove(path);
		const rounds = [...known].map(([key, target]) => deliverTo(target, waiting.get(key) ?? [], {now, signal, end}));
		const all = await Promise.all(rounds);
		return {
			sent: all.reduce((sum, {sent}) => sum + sent, 0),
			problems: all.flatMap(({problem}) => (problem ? [problem] : [])),
		};
	} finally {
		await lock.release();
	}
}

/** `end` is a time of the steady clock. */
type Round = Pick<Options, 'now' | 'signal'> & {readonly end: number};

async function deliverTo(
	target: NotifyTarget,
	entries: readonly Entry[],
	{now, signal, end}: Round,
): Promise<{readonly sent: number; readonly problem?: DeliveryProblem}> {
	let sent = 0;
	for (const entry of entries) {
		const limitMs = Math.min(requestLimitMs, end - steadyNow());
		if (signal.aborted || limitMs <= 0 || !isDue(entry.notBefore, now())) break;
		const problem = await post({...requestFor(target, entry, now()), limitMs, signal});
		if (problem === undefined) {
			remove(entry.path);
			sent++;
			continue;
		}
		// An attempt that was cancelled says nothing about the target.
		if (signal.aborted) break;
		const tried = {attempts: entry.attempts + 1, at: Date.parse(entry.notification.at)};
		const retryAt = nextAttempt(tried, now());
		if (retryAt === undefined) remove(entry.path);
		else postpone(entry, retryAt, problem);
		return {sent, problem: {origin: originOf(target.url), problem, retryAt: retryAt ?? null}};
	}
	return {sent};
}

function requestFor(target: NotifyTarget, {notification}: Entry, now: number) {
	const body = bodyFor(target, notification);
	const headers = {
		'User-Agent': 'compartment',
		'Compartment-Event': notification.event,
		'Compartment-Notification': notification.id,
		...(target.secret === undefined ? {} : {[signatureHeader]: sign(body, target.secret, now)}),
	};
	return {url: target.url, body, headers};
}
