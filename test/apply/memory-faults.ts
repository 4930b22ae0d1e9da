import type {MemoryEngine} from '../../source/engine/memory.ts';
import type {Method} from '../../source/engine/memory-calls.ts';
import {EngineError} from '../../source/errors.ts';

/** `unseen`: no answer, and the engine never got the call. `unanswered`: no answer, but the engine did it. */
export type Failure = 'refused' | 'unseen' | 'unanswered';

/** Decides whether and how a call fails, before it is made. */
export type Fate = (method: Method) => Failure | undefined;

/** An engine whose calls can be made to fail. A test's own calls go to the engine behind it. */
export function createFaults(engine: MemoryEngine) {
	const left = new Map<Method, {readonly times: number; readonly how: Failure}>();
	let fate: Fate = () => undefined;
	const takeFailure: Fate = method => {
		const decided = fate(method);
		if (decided) return decided;
		const {times, how} = left.get(method) ?? {times: 0, how: 'refused'};
		if (times === 0) return undefined;
		left.set(method, {times: times - 1, how});
		return how;
	};
	const faulty = new Proxy(engine, {
		get(target, name) {
			const member: unknown = Reflect.get(target, name);
			if (typeof member !== 'function' || name === 'logs' || name === 'events' || name === 'readArchive') return member;
			return async (...args: readonly unknown[]) => {
				const failure = takeFailure(name as Method);
				const isMade = failure === undefined || failure === 'unanswered';
				const result: unknown = isMade ? await Reflect.apply(member, target, args) : undefined;
				if (!failure) return result;
				const status = failure === 'refused' ? {status: 500} : {};
				throw new EngineError(`cannot ${String(name)}: ordered by the test`, status);
			};
		},
	});
	return {
		faulty,
		failNext: (method: Method, times: number, how: Failure = 'refused') => void left.set(method, {times, how}),
		clearFailures: () => left.clear(),
		interfere: (decide: Fate | undefined) => {
			fate = decide ?? (() => undefined);
		},
	};
}
