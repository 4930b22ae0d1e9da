import type {ReadonlyEngine} from './engine.ts';

/**
 * Caches an engine's reads for one plan: all its parts see the same snapshot, and a hundred services with one image cost
 * one read. Never reuse it for another plan; it does not notice changes.
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
		resolveDigest: once('resolveDigest', engine.resolveDigest),
	};
}
