import type {Context, Script} from 'node:vm';

let guard: {readonly script: Script; readonly context: Context} | undefined;

function openGuard() {
	const {createContext, Script} = process.getBuiltinModule('node:vm');
	return {script: new Script('work()'), context: createContext({})};
}

const isTimeout = (error: unknown): boolean =>
	typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/**
 * Runs `work`, or gives up after about `limitMs` and returns undefined. It stops even a regular expression that would
 * never end, which nothing else on the same thread can. A call costs a fraction of a millisecond, so make it for many
 * lines at once. `work` may be stopped anywhere: it must change nothing that is used afterwards.
 */
export function withinTime<T>(limitMs: number, work: () => T): {readonly value: T} | undefined {
	guard ??= openGuard();
	const {script, context} = guard;
	context.work = work;
	try {
		return {value: script.runInContext(context, {timeout: limitMs})};
	} catch (error) {
		if (isTimeout(error)) return undefined;
		throw error;
	} finally {
		context.work = undefined;
	}
}
