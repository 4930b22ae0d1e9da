import {setTimeout as pause} from 'node:timers/promises';
import type {EngineEvent, ReadonlyEngine} from '../engine/engine.ts';
import {followEvents} from '../engine/follow-events.ts';
import {nameOf} from '../report/name-engine.ts';
import type {Link} from '../ui/dashboard/data.ts';

type Options = {
	readonly engine: ReadonlyEngine;
	readonly signal: AbortSignal;
	/** Whether an event is about an object of the project, or the router. */
	readonly isOurs: (attributes: Readonly<Record<string, string>>) => boolean;
	/** Every event, ours or not. */
	readonly onEvent?: (event: EngineEvent) => void;
	readonly onLink: (link: Link) => void;
	/** Something changed, or may have changed while disconnected. */
	readonly onChange: () => void;
};

/** Events arrive in bursts; one read is enough for a burst. */
const gatherMs = 120;

/** Follows the engine's events until the signal aborts. Reports a lost connection through `onLink` and retries. */
export async function watchEngine({engine, signal, isOurs, onEvent, onLink, onChange}: Options): Promise<void> {
	let isFirst = true;
	let gathering: NodeJS.Timeout | undefined;
	const gather = () => {
		gathering ??= setTimeout(() => {
			gathering = undefined;
			onChange();
		}, gatherMs);
	};
	signal.addEventListener('abort', () => clearTimeout(gathering), {once: true});
	await followEvents({
		engine,
		labels: {},
		signal,
		sleep: (milliseconds, aborted) => pause(milliseconds, undefined, {signal: aborted}).catch(() => undefined),
		onConnected(info) {
			onLink({status: 'live', engine: nameOf(engine, info)});
			// Events may be lost between two connections, also when the first one ended without an error.
			if (!isFirst) onChange();
			isFirst = false;
		},
		onEvent(event) {
			onEvent?.(event);
			if (isOurs(event.attributes)) gather();
		},
		onLost(message) {
			onLink({status: 'lost', message, since: Date.now()});
		},
	});
}
