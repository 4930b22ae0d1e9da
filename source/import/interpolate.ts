/** A text with its `${NAME}` replaced. */
export type Interpolated = {
	/** The text. A variable without a value stands in it as a mark: see `markOf`. */
	readonly text: string;
	/** Names of variables that have neither value nor default, in order. */
	readonly unset: readonly string[];
	/** Names of all variables that were used. */
	readonly used: readonly string[];
	/** What `${NAME:?message}` says about those of `unset` that it requires. */
	readonly required: Readonly<Record<string, string>>;
};

export type Lookup = (name: string) => string | undefined;

/** A text that is not a template of Compose. */
export class TemplateError extends Error {}

// Private-use characters, so that two texts with the same unknown variable are equal and no other text is.
const [open, close] = ['\ue000', '\ue001'];

/** What stands in a text for a variable without a value. */
const markOf = (name: string): string => `${open}${name}${close}`;

/** The text with its marks written as `${NAME}` again. */
export const unmark = (text: string): string => text.replaceAll(open, '${').replaceAll(close, '}');

/** The text with its marks left out, which is what Compose does. */
export const withoutMarks = (text: string): string => text.replace(/\ue000[^\ue001]*\ue001/g, '');

const longestText = 64 * 1024;
const deepest = 16;

/** End of a `${…}` whose inside starts at `from`; nested ones are skipped. */
const findEnd = (text: string, from: number): number => {
	let depth = 1;
	for (let index = from; index < text.length; index++) {
		if (text.startsWith('${', index)) depth++;
		else if (text[index] === '}' && --depth === 0) return index;
	}
	throw new TemplateError('has a ${ without its }; write $$ for a dollar sign');
};

const inside = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?+])(.*))?$/s;

/**
 * Replaces variables as Compose does: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:?error}`, `${NAME:+instead}`, each with or
 * without the colon, nested ones too, and `$$` for a dollar sign. @throws TemplateError
 */
export function interpolate(text: string, lookup: Lookup): Interpolated {
	const unset: string[] = [];
	const used: string[] = [];
	const required: Record<string, string> = {};

	const missing = (name: string, message?: string): string => {
		unset.push(name);
		if (message !== undefined) required[name] = withoutMarks(message);
		return markOf(name);
	};

	const replace = (body: string, depth: number): string => {
		const match = inside.exec(body);
		if (!match) throw new TemplateError('has a ${…} that is no variable; write $$ for a dollar sign');
		const [, name = '', operator, word = ''] = match;
		used.push(name);
		const value = lookup(name);
		const isThere = operator?.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
		switch (operator?.at(-1)) {
			case '-':
				return isThere ? value! : expand(word, depth + 1);
			case '+':
				return isThere ? expand(word, depth + 1) : '';
			case '?':
				return isThere ? value! : missing(name, expand(word, depth + 1));
			default:
				return value ?? missing(name);
		}
	};

	const expand = (part: string, depth: number): string => {
		if (depth > deepest) throw new TemplateError(`nests \${…} deeper than ${deepest} levels`);
		const pieces: string[] = [];
		let length = 0;
		const push = (piece: string): void => {
			length += piece.length;
			if (length > longestText) throw new TemplateError('becomes longer than 64 KB');
			pieces.push(piece);
		};
		let index = 0;
		while (index < part.length) {
			const dollar = part.indexOf('$', index);
			push(part.slice(index, dollar === -1 ? part.length : dollar));
			if (dollar === -1) break;
			const next = part[dollar + 1];
			if (next === '$') {
				push('$');
				index = dollar + 2;
			} else if (next === '{') {
				const end = findEnd(part, dollar + 2);
				push(replace(part.slice(dollar + 2, end), depth));
				index = end + 1;
			} else {
				const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(part.slice(dollar + 1, dollar + 257))?.[0] ?? '';
				// Compose refuses a lone dollar sign; nothing is lost by keeping it.
				push(name === '' ? '$' : replace(name, depth));
				index = dollar + 1 + name.length;
			}
		}
		return pieces.join('');
	};

	if (!text.includes('$')) return {text, unset, used, required};
	return {text: expand(text, 0), unset: [...new Set(unset)], used: [...new Set(used)], required};
}
