/** Quotes one word of the configuration. HAProxy interprets nothing inside single quotes. */
export const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Like `quote`, for arguments in which `%` starts a format. */
export const quoteFormat = (text: string): string => quote(text.replaceAll('%', '%%'));

// A line takes 64 words at most, including those of the condition.
const wordsPerLine = 40;

/** An ACL that matches if the fetched text is one of many, split over as many lines as needed. */
export const aclLines = (name: string, fetch: string, texts: readonly string[]): string[] =>
	chunks(texts).map(some => `\tacl ${name} ${fetch} -m str -- ${some.map(quote).join(' ')}`);

/** Splits a list into parts that fit on a line. */
export function chunks<T>(items: readonly T[]): T[][] {
	const parts: T[][] = [];
	for (let start = 0; start < items.length; start += wordsPerLine) parts.push(items.slice(start, start + wordsPerLine));
	return parts;
}
