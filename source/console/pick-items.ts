import {UserError} from '../errors.ts';
import {askLine} from './ask-in-lines.ts';

/**
 * Reads an answer such as `1,3-5` as numbers of items, from 1; `y` and `all` are all of them, `n` and nothing are none.
 * @returns undefined if it is none of these
 */
export function parsePick(answer: string, count: number): readonly number[] | undefined {
	if (/^(y|yes|all)$/i.test(answer)) return Array.from({length: count}, (_, index) => index + 1);
	if (/^(n|no|none|)$/i.test(answer)) return [];
	const picked = new Set<number>();
	for (const part of answer.split(/[\s,]+/)) {
		const [, from, to = from] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part) ?? [];
		if (from === undefined || to === undefined) return undefined;
		const [first, last] = [Number(from), Number(to)];
		if (first < 1 || last > count || first > last) return undefined;
		for (let number = first; number <= last; number++) picked.add(number);
	}
	return [...picked].sort((a, b) => a - b);
}

/** Asks which of the items, listed with their numbers above, are meant. */
export async function askPick<Item>(question: string, items: readonly Item[]): Promise<readonly Item[]> {
	const answer = await askLine(`${question} y for all, or numbers such as 1,3-4 [N] `);
	const picked = parsePick(answer, items.length);
	if (!picked) throw new UserError('Answer with y, n, or numbers of the list. Nothing was changed.');
	return picked.map(number => items[number - 1]!);
}
