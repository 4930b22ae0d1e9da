/** One word of the configuration: nothing inside single quotes has a meaning for HAProxy. */
export const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The same where `%` starts a format. */
export const quoteFormat = (text: string): string => quote(text.replaceAll('%', '%%'));

// A line takes 64 words at most; the rest of them is the condition itself.
const wordsPerLine = 40;

/** An ACL that is true when the fetched text is one of many, over as many lines as it takes. */
export const aclLines = (name: string, fetch: string, texts: readonly string[]): string[] =>
	chunks(texts).map(some => `\tacl ${name} ${fetch} -m str -- ${some.map(quote).join(' ')}`);

/** Parts of a list that fit on a line. */
export function chunks<T>(items: readonly T[]): T[][] {
	const parts: T[][] = [];
	for (let start = 0; start < items.length; start += wordsPerLine) parts.push(items.slice(start, start + wordsPerLine));
	return parts;
}
