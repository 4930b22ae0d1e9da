const escapes: Readonly<Record<string, string>> = {n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', 0: '\0'};

/** The text that a string of JSON5 stands for. */
const textOf = (inner: string): string =>
	inner.replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|\r\n|([\s\S]))/g, (_all, hex, unicode, char) => {
		const code = hex ?? unicode;
		if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
		return char === undefined || char === '\n' ? '' : (escapes[char] ?? char);
	});

const token =
	/\s+|\/\/[^\n\r]*|\/\*[\s\S]*?\*\/|("(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*')|([{}[\]:,])|([^\s"'{}[\]:,/]+)/y;

/** A bare word: a key, or a number in one of the forms that JSON does not know. */
function wordText(word: string, isKey: boolean): string {
	if (isKey) return JSON.stringify(word);
	if (/^(?:true|false|null)$/.test(word)) return word;
	const sign = /^[+-]/.exec(word)?.[0] === '-' ? -1 : 1;
	const number = sign * Number(word.replace(/^[+-]/, '') || Number.NaN);
	if (Number.isNaN(number) && !/^[+-]?NaN$/.test(word)) throw new SyntaxError(`unexpected ${word}`);
	return Number.isFinite(number) ? String(number) : 'null';
}

/**
 * Parses JSON with comments, trailing commas, single quotes and bare keys (JSON5). Throws a SyntaxError for anything else.
 * Linear in the length of the text.
 */
export function parseRelaxed(text: string): unknown {
	const parts: string[] = [];
	const source = text.replace(/^\uFEFF/, '');
	token.lastIndex = 0;
	while (token.lastIndex < source.length) {
		const match = token.exec(source);
		if (!match) throw new SyntaxError('not JSON');
		const [, string, mark, word] = match;
		if (string !== undefined) parts.push(JSON.stringify(textOf(string.slice(1, -1))));
		if (word !== undefined)
			parts.push(wordText(word, /^\s*:/.test(source.slice(token.lastIndex, token.lastIndex + 80))));
		if (mark === undefined) continue;
		const isTrailing = parts.at(-1) === ',' && !/^[{[,:]$/.test(parts.at(-2) ?? ',');
		if ((mark === '}' || mark === ']') && isTrailing) parts.pop();
		parts.push(mark);
	}
	return JSON.parse(parts.join(' ')) as unknown;
}
