import type {Engine} from './engine.ts';

export type Method = Exclude<
	keyof Engine,
	'address' | 'isLocal' | 'connect' | 'shell' | 'forwardPort' | 'clientVariables' | 'logs' | 'events' | 'readArchive'
>;

export type Call = {readonly method: Method; readonly args: readonly unknown[]};

type Methods = Pick<Engine, Method>;

/** Records every call and makes chosen ones fail. */
export function createCallLog() {
	const calls: Call[] = [];
	const failures: {method: Method; error: Error; when: 'before' | 'after'}[] = [];

	const takeFailure = (method: Method) => {
		const index = failures.findIndex(failure => failure.method === method);
		return index < 0 ? undefined : failures.splice(index, 1)[0];
	};

	const observeCalls = <T extends Methods>(methods: T): T => {
		const observed = Object.entries(methods).map(([name, call]) => {
			if (name === 'logs' || name === 'events') return [name, call];
			const method = name as Method;
			const run = async (...args: unknown[]) => {
				calls.push({method, args});
				const failure = takeFailure(method);
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
		failNext: (method: Method, error: Error, when: 'before' | 'after' = 'before') => {
			failures.push({method, error, when});
		},
		observeCalls,
	};
}
