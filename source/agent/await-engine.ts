import type {EngineInfo} from '../engine/engine.ts';
import {followEvents} from '../engine/follow-events.ts';
import type {Clock} from './clock.ts';
import type {AgentWorld} from './duty.ts';
import type {Report} from './events.ts';

type Options = Pick<AgentWorld, 'engine'> & {
	readonly clock: Clock;
	readonly report: Report;
	readonly signal: AbortSignal;
};

/** Waits until the engine answers: after a boot, the agent may start before it. Undefined when the signal aborts first. */
export async function awaitEngine({engine, clock, signal, report}: Options): Promise<EngineInfo | undefined> {
	const found = new AbortController();
	let info: EngineInfo | undefined;
	await followEvents({
		engine,
		labels: {},
		signal: AbortSignal.any([signal, found.signal]),
		sleep: clock.sleep,
		onConnected(answer) {
			info = answer;
			found.abort();
		},
		onEvent: () => undefined,
		onLost: message => report({type: 'engine-lost', at: clock.now(), message}),
	});
	return info;
}
