// JSON escapes only the first 32 characters and lone surrogates; these too could drive or deceive a terminal.
const unsafe = /[\x7f-\x9f\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/gu;

const escapeUnits = (character: string): string =>
	Array.from(
		{length: character.length},
		(_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
	).join('');

/** JSON that loses nothing and that a terminal can show: controls and invisible characters are `\uXXXX`. */
const toJson = (value: unknown, indent?: number): string =>
	JSON.stringify(value, null, indent).replace(unsafe, escapeUnits);

/** One JSON document, indented, with a line break at its end. */
export const jsonDocument = (value: unknown): string => `${toJson(value, 2)}\n`;

/** One JSON line with its line break. */
export const jsonLine = (value: unknown): string => `${toJson(value)}\n`;
