import type {Engine} from './engine.ts';

export type Operation = Exclude<keyof Engine, 'address' | 'logs' | 'events'>;

export type Call = {readonly operation: Operation; readonly args: readonly unknown[]};

type Operations = Pick<Engine, Operation>;

/** Records every call and makes chosen ones fail. */
export function createCallLog() {
	const calls: Call[] = [];
	const failures: {operation: Operation; error: Error; when: 'before' | 'after'}[] = [];

	const takeFailure = (operation: Operation) => {
		const index = failures.findIndex(failure => failure.operation === operation);
		return index < 0 ? undefined : failures.splice(index, 1)[0];
	};

	const observeCalls = <T extends Operations>(operations: T): T => {
		const observed = Object.entries(operations).map(([name, call]) => {
			if (name === 'logs' || name === 'events') return [name, call];
			const operation = name as Operation;
			const run = async (...args: unknown[]) => {
				calls.push({operation, args});
				const failure = takeFailure(operation);
				if (failure?.when === 'before') throw failure.error;
				const result = await (call as (...args: unknown[]) => Promise<unknown>)(...args);
				if (failure) throw failure.error;
				return result;
			};
			return [name, run];
		});
		return Object.fromEntries(observed) as T;
	};

	return {
		calls: calls as readonly Call[],
		failNext: (operation: Operation, error: Error, when: 'before' | 'after' = 'before') => {
			failures.push({operation, error, when});
		},
		observeCalls,
	};
}
