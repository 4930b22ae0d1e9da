import type {Clock} from '../../source/agent/clock.ts';
import type {EnvironmentWorld} from '../../source/agent/duty.ts';
import type {AgentAction} from '../../source/agent/events.ts';
import {noAcme} from '../../source/settings/acme.ts';
import type {Settings} from '../../source/settings/settings.ts';
import type {State} from '../../source/state/state.ts';
import type {MemoryWorld} from '../apply/memory-world.ts';

/** A clock that a test moves. */
export type TestClock = Clock & {
	/** Lets time pass. */
	readonly pass: (milliseconds: number) => void;
	/** Sets the machine's clock. */
	readonly set: (now: number) => void;
};

export function createTestClock(start: number): TestClock {
	let steady = 0;
	let offset = start;
	return {
		now: () => steady + offset,
		steady: () => steady,
		async sleep() {
			throw new Error('a duty never sleeps');
		},
		pass: milliseconds => {
			steady += milliseconds;
		},
		set: now => {
			offset = now - steady;
		},
	};
}

type Options = {
	readonly clock: Clock;
	readonly settings?: Partial<Settings>;
	readonly readState?: () => Promise<State | undefined>;
	readonly actions?: Pick<AgentAction, 'duty' | 'address' | 'outcome' | 'message'>[];
};

/** What the duties of the environment of a memory world work with. */
export async function environmentOf(
	{engine, directory, state}: MemoryWorld,
	{clock, settings, readState = state, actions = []}: Options,
): Promise<EnvironmentWorld> {
	const {lineage, project, environment} = (await state())!;
	const name = 'compartment-router';
	return {
		engine,
		engineId: 'memory',
		router: {name} as EnvironmentWorld['router'],
		settings: {
			acme: noAcme,
			baseDomain: 'localhost',
			hstsSeconds: 0,
			stopGraceSeconds: 0,
			minHealthyMs: 0,
			drainSeconds: 0,
			routerName: name,
			...settings,
		} as Settings,
		clock,
		report: () => undefined,
		folder: directory,
		directory,
		lineage,
		project,
		environment,
		readState,
		act: action => void actions.push(action),
	};
}
