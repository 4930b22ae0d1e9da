import type {ReadonlyEngine} from './engine.ts';

const keyOf = (...question: readonly unknown[]): string => JSON.stringify(question);

/**
 * Caches an engine's reads for one plan: all its parts see the same snapshot, and a hundred services with one image cost
 * one read. Never reuse it for another plan; it does not notice changes.
 */
export function rememberReads(engine: ReadonlyEngine): ReadonlyEngine {
	const answers = new Map<string, Promise<unknown>>();
	const once =
		<Arguments extends readonly unknown[], Answer>(name: string, ask: (...args: Arguments) => Promise<Answer>) =>
		(...args: Arguments): Promise<Answer> => {
			const key = keyOf(name, ...args);
			const answer = answers.get(key) ?? ask(...args);
			answers.set(key, answer);
			return answer as Promise<Answer>;
		};
	const inspectContainer = once('inspectContainer', engine.inspectContainer);
	const findByName = once('findByName', engine.findByName);
	return {
		...engine,
		info: once('info', engine.info),
		observe: once('observe', engine.observe),
		inspectContainer,
		async findByName(kind, name) {
			if (kind !== 'container' || !answers.has(keyOf('inspectContainer', name))) return findByName(kind, name);
			// It has been asked in other words, and with an engine far away each question counts.
			const details = await inspectContainer(name);
			return details?.name === name ? {id: details.id, labels: details.labels} : undefined;
		},
		findImage: once('findImage', engine.findImage),
		resolveDigest: once('resolveDigest', engine.resolveDigest),
	};
}
