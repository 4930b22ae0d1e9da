// JSON.stringify escapes only C0 controls and lone surrogates; these characters can control or deceive a terminal too.
const unsafe = /[\x7f-\x9f\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/gu;

const escapeUnits = (character: string): string =>
	Array.from(
		{length: character.length},
		(_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
	).join('');

/** Lossless JSON that is safe to print: controls and invisible characters are escaped as `\uXXXX`. */
const toJson = (value: unknown, indent?: number): string =>
	JSON.stringify(value, null, indent).replace(unsafe, escapeUnits);

/** One indented JSON document with a trailing newline. */
export const jsonDocument = (value: unknown): string => `${toJson(value, 2)}\n`;

/** One line of JSON with its newline. */
export const jsonLine = (value: unknown): string => `${toJson(value)}\n`;
