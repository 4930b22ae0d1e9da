// Invisible characters, and those that control a terminal.
const unclear = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\p{Cs}]/u;

const escapeBytes = (text: string): string =>
	[...new TextEncoder().encode(text)]
		.map(byte =>
			byte > 0x1f && byte < 0x7f && byte !== 0x27 && byte !== 0x5c
				? String.fromCharCode(byte)
				: `\\x${byte.toString(16).padStart(2, '0')}`,
		)
		.join('');

/** A text as one word of a shell, which takes each of its characters as it is. */
export const singleQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * A text as one word of a command line that can be pasted: quoted if a shell would split or expand it. Invisible
 * characters are escaped as bytes, so the word is safe to print and still means the same text.
 */
export function shellWord(text: string): string {
	if (/^[\w.:/@%+=,…-]+$/.test(text)) return text;
	return unclear.test(text) ? `$'${escapeBytes(text)}'` : singleQuoted(text);
}
