/** A variable that a dotenv file assigns, with its line. */
type Assignment = {readonly key: string; readonly line: number};

export type DotenvScan = {
	readonly assignments: readonly Assignment[];
	/** First line that is not an assignment, a comment or empty. */
	readonly unsupported: {readonly line: number; readonly text: string} | undefined;
};

const opening = /^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*|:\s+)(.*)$/s;

// A backslash escapes the quote, unless the value is only well-formed when it closes there.
const quoted = /^(["'`])(?:\\\1|(?!\1)[\s\S])*\1[^\S\n]*(?:#[^\n]*)?(?=\n|$)/;

/**
 * Finds the variables that a dotenv file assigns, in order and with repetitions, and the first line that is not dotenv.
 * The dotenv package reads the values; this finds what it silently skips.
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
		// A quoted value may span lines; an unclosed quote is an ordinary character.
		const rest = [match[2]!.trimStart(), ...lines.slice(index + 1)].join('\n');
		index += (quoted.exec(rest)?.[0].split('\n').length ?? 1) - 1;
	}
	return {assignments, unsupported};
}
