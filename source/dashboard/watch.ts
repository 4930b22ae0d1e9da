import {setTimeout as sleep} from 'node:timers/promises';
import type {ReadonlyEngine} from '../engine/engine.ts';
import {messageOf} from '../errors.ts';
import {nameEngine} from '../report/name-engine.ts';
import type {Link} from '../ui/dashboard/data.ts';

type Options = {
	readonly engine: ReadonlyEngine;
	readonly signal: AbortSignal;
	/** Whether an event is about an object of the project, or the router. */
	readonly isOurs: (attributes: Readonly<Record<string, string>>) => boolean;
	readonly onLink: (link: Link) => void;
	/** Something changed, or may have changed while disconnected. */
	readonly onChange: () => void;
};

const firstDelayMs = 250;
const longestDelayMs = 5000;

/** Events arrive in bursts; one read is enough for a burst. */
const gatherMs = 120;

/** Follows the engine's events until the signal aborts. Reports a lost connection through `onLink` and retries. */
export async function watchEngine({engine, signal, isOurs, onLink, onChange}: Options): Promise<void> {
	let delayMs = firstDelayMs;
	let lostSince: number | undefined;
	let gathering: NodeJS.Timeout | undefined;
	const gather = () => {
		gathering ??= setTimeout(() => {
			gathering = undefined;
			onChange();
		}, gatherMs);
	};
	signal.addEventListener('abort', () => clearTimeout(gathering), {once: true});
	while (!signal.aborted) {
		try {
			const name = await nameEngine(engine);
			const events = engine.events({}, signal)[Symbol.asyncIterator]();
			let next = events.next();
			// The loop below awaits this promise; until then, avoid an unhandled rejection.
			next.catch(() => undefined);
			onLink({status: 'live', engine: name});
			if (lostSince !== undefined) onChange();
			lostSince = undefined;
			delayMs = firstDelayMs;
			for (;;) {
				const {done, value} = await next;
				if (done || signal.aborted) break;
				if (isOurs(value.attributes)) gather();
				next = events.next();
			}
		} catch (error) {
			if (signal.aborted) return;
			lostSince ??= Date.now();
			onLink({status: 'lost', message: messageOf(error), since: lostSince});
		}
		await sleep(delayMs, undefined, {signal}).catch(() => undefined);
		delayMs = Math.min(longestDelayMs, delayMs * 2);
	}
}
