/** A name that a dotenv file assigns, with its line. */
export type Assignment = {readonly key: string; readonly line: number};

export type DotenvScan = {
	readonly assignments: readonly Assignment[];
	/** First line that is neither an assignment, nor a comment, nor empty. */
	readonly unsupported: {readonly line: number; readonly text: string} | undefined;
};

const opening = /^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*|:\s+)(.*)$/s;

// A backslash in front of the very quote keeps the value open, unless only closing there leaves a good end of the line.
const quoted = /^(["'`])(?:\\\1|(?!\1)[\s\S])*\1[^\S\n]*(?:#[^\n]*)?(?=\n|$)/;

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
		// A quoted value may go on over several lines; one that never closes is an ordinary word.
		const rest = [match[2]!.trimStart(), ...lines.slice(index + 1)].join('\n');
		index += (quoted.exec(rest)?.[0].split('\n').length ?? 1) - 1;
	}
	return {assignments, unsupported};
}
