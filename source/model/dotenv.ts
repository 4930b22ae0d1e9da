/** A name that a dotenv file assigns, with its line. */
export type Assignment = {readonly key: string; readonly line: number};

export type DotenvScan = {
	readonly assignments: readonly Assignment[];
	/** First line that is neither an assignment, nor a comment, nor empty. */
	readonly unsupported: {readonly line: number; readonly text: string} | undefined;
};

const opening = /^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*|:\s+)(.*)$/s;

/** Where a quoted value ends, counted from its opening quote; -1 when it does not. */
function closingQuote(text: string): number {
	const quote = text[0]!;
	for (let index = 1; index < text.length; index++) {
		// Only a backslash in front of the very quote keeps it open.
		if (text[index] === '\\' && text[index + 1] === quote) index++;
		else if (text[index] === quote) return index;
	}
	return -1;
}

/**
 * Finds the names that a dotenv file assigns, in order and with repetitions, and what is no dotenv. The values
 * themselves are read by the dotenv package; this only tells what that reads past in silence.
 */
export function scanDotenv(content: string): DotenvScan {
	const lines = content.replace(/\r\n?/g, '\n').split('\n');
	const assignments: Assignment[] = [];
	let unsupported: DotenvScan['unsupported'];
	for (let index = 0; index < lines.length; index++) {
		const text = lines[index]!;
		const line = index + 1;
		if (/^\s*(#|$)/.test(text)) continue;
		const match = opening.exec(text);
		if (!match) {
			unsupported ??= {line, text};
			continue;
		}
		assignments.push({key: match[1]!, line});
		const value = match[2]!.trimStart();
		if (!/^["'`]/.test(value)) continue;
		// A quoted value may go on over several lines; one that never closes is an ordinary word.
		const rest = [value, ...lines.slice(index + 1)].join('\n');
		const end = closingQuote(rest);
		if (end > 0) index += rest.slice(0, end).split('\n').length - 1;
	}
	return {assignments, unsupported};
}
