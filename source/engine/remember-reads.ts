import type {ReadonlyEngine} from './engine.ts';

/**
 * A view of an engine that asks everything once and keeps the answer. All parts of a plan see the same moment, and a
 * hundred services of one image cost one question. Only for one plan: it never learns that something changed.
 */
export function rememberReads(engine: ReadonlyEngine): ReadonlyEngine {
	const answers = new Map<string, Promise<unknown>>();
	const once =
		<Arguments extends readonly unknown[], Answer>(name: string, ask: (...args: Arguments) => Promise<Answer>) =>
		(...args: Arguments): Promise<Answer> => {
			const key = JSON.stringify([name, ...args]);
			const answer = answers.get(key) ?? ask(...args);
			answers.set(key, answer);
			return answer as Promise<Answer>;
		};
	return {
		...engine,
		info: once('info', engine.info),
		observe: once('observe', engine.observe),
		inspectContainer: once('inspectContainer', engine.inspectContainer),
		findByName: once('findByName', engine.findByName),
		findImage: once('findImage', engine.findImage),
	};
}
