/** One instruction of a Dockerfile, with continued lines joined. */
export type Instruction = {
	/** Line it starts on, from 1. */
	readonly line: number;
	/** Upper case. */
	readonly keyword: string;
	/** `--name=value` words before the arguments, in order. */
	readonly flags: readonly {readonly name: string; readonly value: string}[];
	readonly rest: string;
};

/** The value of a parser directive: `# name=value` lines at the top. */
function findDirective(lines: readonly string[], name: string): string | undefined {
	for (const line of lines) {
		const directive = /^\s*#\s*([A-Za-z]+)\s*=\s*(\S+)/.exec(line);
		if (!directive) break;
		if (directive[1]!.toLowerCase() === name) return directive[2]!;
	}
	return undefined;
}

/** The character that continues a line. */
const findEscape = (lines: readonly string[]): string => findDirective(lines, 'escape') ?? '\\';

const linesOf = (text: string): string[] => text.replace(/^\uFEFF/, '').split(/\r?\n/);

/** The image of the builder that a `# syntax=` directive names. */
export const findFrontend = (text: string): string | undefined => findDirective(linesOf(text), 'syntax');

/** The here-documents that an instruction opens; `<<-` allows tabs before the end word. */
const heredocsOf = (text: string) =>
	[...text.matchAll(/(?<![^\s])\d*<<(-?)(["']?)([A-Za-z_][A-Za-z0-9_.]*)\2/g)].map(([, dash, , word]) => ({
		word: word!,
		hasTabs: dash === '-',
	}));

/** The index after the instruction's here-documents, or the same index if they are not terminated. */
function skipHeredocs(lines: readonly string[], index: number, text: string): number {
	let next = index;
	for (const {word, hasTabs} of heredocsOf(text)) {
		const isEnd = (line: string) => (hasTabs ? line.replace(/^\t+/, '') : line) === word;
		const end = lines.findIndex((line, at) => at >= next && isEnd(line));
		if (end === -1) return index;
		next = end + 1;
	}
	return next;
}

function toInstruction(text: string, line: number): Instruction | undefined {
	const match = /^\s*([A-Za-z]+)(?:\s+([\s\S]*))?$/.exec(text);
	if (!match) return undefined;
	const flags: {name: string; value: string}[] = [];
	let rest = (match[2] ?? '').trim();
	for (let flag = leadingFlag(rest); flag; flag = leadingFlag(rest)) {
		flags.push({name: flag[1]!.toLowerCase(), value: (flag[2] ?? '').replace(/^(["'])(.*)\1$/, '$2')});
		rest = rest.slice(flag[0].length).trimStart();
	}
	return {line, keyword: match[1]!.toUpperCase(), flags, rest};
}

const leadingFlag = (text: string) => /^--([A-Za-z-]+)(?:=("[^"]*"|'[^']*'|\S*))?(?=\s|$)/.exec(text);

/** Splits a Dockerfile into instructions. Joins continued lines and drops comments and here-document bodies. */
export function parseDockerfile(text: string): Instruction[] {
	const lines = linesOf(text);
	const continuation = findEscape(lines);
	const instructions: Instruction[] = [];
	const isComment = (line: string) => line.trimStart().startsWith('#');
	for (let index = 0; index < lines.length; ) {
		const start = index;
		if (isComment(lines[index]!)) {
			index += 1;
			continue;
		}
		let joined = '';
		for (let isOpen = true; isOpen && index < lines.length; index += 1) {
			const line = lines[index]!;
			const isContinuation = index > start;
			if (isContinuation && (isComment(line) || line.trim() === '')) continue;
			const trimmed = line.trimEnd();
			isOpen = trimmed.endsWith(continuation);
			joined += isOpen ? trimmed.slice(0, -1) : line;
		}
		const instruction = toInstruction(joined, start + 1);
		if (!instruction) continue;
		instructions.push(instruction);
		if (['RUN', 'COPY', 'ADD'].includes(instruction.keyword)) index = skipHeredocs(lines, index, joined);
	}
	return instructions;
}
