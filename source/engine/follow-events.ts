import {messageOf} from '../errors.ts';
import type {EngineEvent, EngineInfo, Labels, ReadonlyEngine} from './engine.ts';

type FollowOptions = {
	readonly engine: Pick<ReadonlyEngine, 'info' | 'events'>;
	/** Only events of objects with these labels. */
	readonly labels: Labels;
	readonly signal: AbortSignal;
	/** Never fails. */
	readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
	/** The engine answers, for the first time or again. Events from before are lost, so read everything. */
	readonly onConnected: (info: EngineInfo) => void;
	readonly onEvent: (event: EngineEvent) => void;
	/** Called once, until the engine answers again. */
	readonly onLost: (message: string) => void;
};

const firstDelayMs = 250;
const longestDelayMs = 5000;

/** Follows the engine's events until the signal aborts, and connects again whenever the connection is lost. */
export async function followEvents(options: FollowOptions): Promise<void> {
	const {engine, labels, signal, sleep, onConnected, onEvent, onLost} = options;
	let delayMs = firstDelayMs;
	let isLost = false;
	while (!signal.aborted) {
		try {
			const info = await engine.info();
			const events = engine.events(labels, signal)[Symbol.asyncIterator]();
			let next = events.next();
			// The loop below awaits this promise; until then, avoid an unhandled rejection.
			next.catch(() => undefined);
			isLost = false;
			delayMs = firstDelayMs;
			onConnected(info);
			for (;;) {
				const {done, value} = await next;
				if (done || signal.aborted) break;
				onEvent(value);
				next = events.next();
			}
		} catch (error) {
			if (signal.aborted) return;
			if (!isLost) onLost(messageOf(error));
			isLost = true;
		}
		await sleep(delayMs, signal);
		delayMs = Math.min(longestDelayMs, delayMs * 2);
	}
}
