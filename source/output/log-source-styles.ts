import type {Paint} from './colour.ts';

/**
 * One colour per log source, assigned in alphabetical order, so that the same set always looks the same. A source that
 * is not in the set gets the next colour.
 */
export function createSourceStyles(
	sources: readonly string[],
	{palette}: Paint,
): (source: string) => (text: string) => string {
	const indexes = new Map([...new Set(sources)].sort().map((source, index) => [source, index]));
	return source => {
		const index = indexes.get(source) ?? indexes.size;
		indexes.set(source, index);
		return palette[index % palette.length]!;
	};
}
