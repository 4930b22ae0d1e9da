import type {Paint} from './colour.ts';

/**
 * A colour per source of log lines. Sources are coloured in alphabetical order, so that the same set always looks the
 * same; one that is not in the set gets the next free colour.
 */
export function createSourceStyles(
	sources: readonly string[],
	{palette}: Paint,
): (source: string) => (text: string) => string {
	const places = new Map([...new Set(sources)].sort().map((source, index) => [source, index]));
	return source => {
		const place = places.get(source) ?? places.size;
		places.set(source, place);
		return palette[place % palette.length]!;
	};
}
