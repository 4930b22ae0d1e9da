// OSC, DCS, SOS, PM and APC with their terminator, in ESC or C1 form. The body excludes introducers, so that a line full
// of unterminated sequences still takes linear time.
const strings = String.raw`(?:\x1b[\]P^_X]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90\x98\x9b-\x9f\n]*(?:\x07|\x1b\\|\x9c)`;
const controls = String.raw`(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?`;
const others = String.raw`\x1b(?:[ -/]+[0-~]?|[0-~])?`;
const sequences = new RegExp(`${strings}|${controls}|${others}`, 'g');

// biome-ignore lint/complexity/useRegexLiterals: C1 introducers are easier to read in one place.
const introducers = new RegExp('[\\x1b\\x90\\x98\\x9b\\x9d-\\x9f]');

/** A colour sequence as `keepColours` writes it. */
export const colour = /\x1b\[[0-9;]+m/;

// Conceal (8) would hide text and blink (5, 6) distracts, so neither is allowed.
const isAllowed = (code: number): boolean =>
	code <= 4 ||
	code === 7 ||
	code === 9 ||
	(code >= 21 && code <= 25) ||
	code === 27 ||
	code === 29 ||
	(code >= 30 && code <= 37) ||
	code === 39 ||
	(code >= 40 && code <= 47) ||
	code === 49 ||
	(code >= 90 && code <= 97) ||
	(code >= 100 && code <= 107);

// 38 and 48 take arguments: `5;n` of the 256 colours, `2;r;g;b`.
function extendedColour(codes: readonly number[]): readonly number[] {
	const length = codes[1] === 5 ? 3 : codes[1] === 2 ? 5 : 0;
	const taken = codes.slice(0, length);
	return taken.length === length && taken.every(code => code <= 255) ? taken : [];
}

function cleanColour(sequence: string): string {
	const parameters = /^(?:\x1b\[|\x9b)([0-9;]{0,64})m$/.exec(sequence)?.[1];
	if (parameters === undefined) return '';
	const codes = parameters.split(';').map(Number);
	const kept: number[] = [];
	for (let index = 0; index < codes.length; index++) {
		const code = codes[index]!;
		if (code === 38 || code === 48) {
			const taken = extendedColour(codes.slice(index));
			if (taken.length === 0) break;
			kept.push(...taken);
			index += taken.length - 1;
		} else if (isAllowed(code)) kept.push(code);
	}
	return kept.length === 0 ? '' : `\x1b[${kept.join(';')}m`;
}

/** Removes every escape sequence. Of an unterminated one only the introducer goes, so that it hides no text. */
export const stripEscapes = (text: string): string => (introducers.test(text) ? text.replace(sequences, '') : text);

/** Like `stripEscapes`, but keeps colour and weight, in a normal form. */
export const keepColours = (text: string): string =>
	introducers.test(text) ? text.replace(sequences, cleanColour) : text;
