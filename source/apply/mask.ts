/** Hides sensitive values in texts. */
export type Mask = {
	/** Hides a value from now on, in the forms that programs print it in. */
	readonly add: (value: string) => void;
	/** Replaces every form of every value by `‹hidden›`. */
	readonly apply: (text: string) => string;
};

const hidden = '‹hidden›';

// Shorter values would turn ordinary text into gaps.
const shortest = 6;

// The lines of a key or a certificate, but not a brace or a word of a configuration file.
const shortestLine = 16;

/** The base64 of a value inside a longer text: what is the same wherever its first byte falls in a group of three. */
function embeddedBase64(value: string): string[] {
	const bytes = Buffer.from(value);
	return [1, 2].map(offset => {
		const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
		const whole = Math.floor(((offset + bytes.length) * 8) / 6);
		return text.slice(offset + 1, whole);
	});
}

function disguises(value: string): string[] {
	const lines = value.split(/\r?\n/);
	const isolated = lines.length > 1 ? lines.filter(line => line.length >= shortestLine) : [];
	const base64 = Buffer.from(value).toString('base64');
	// Without the last group, which depends on what follows.
	const open = base64.slice(0, Math.floor((Buffer.byteLength(value) * 8) / 6));
	const encoded = [base64, open, ...embeddedBase64(value)];
	return [
		value,
		...isolated,
		encodeURIComponent(value),
		JSON.stringify(value).slice(1, -1),
		...encoded,
		...encoded.map(text => text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')),
	];
}

/** A short fingerprint of the characters at a place, because a text of 10,000 lines a second is looked at once. */
const fingerprint = (text: string, at: number): number =>
	(text.charCodeAt(at) * 31 + text.charCodeAt(at + 1) * 1009 + text.charCodeAt(at + 2) * 7919) & 0xff_ff;

/** Makes a mask that hides nothing yet. */
export function createMask(): Mask {
	/** By their first characters, the longest first. */
	const forms = new Map<string, string[]>();
	const isStart = new Uint8Array(0x1_00_00);

	const longestAt = (text: string, at: number): number =>
		forms.get(text.slice(at, at + shortest))?.find(form => text.startsWith(form, at))?.length ?? 0;

	return {
		add(value) {
			if (value.length < shortest) return;
			for (const form of disguises(value).filter(({length}) => length >= shortest)) {
				const start = form.slice(0, shortest);
				const known = forms.get(start) ?? [];
				if (known.includes(form)) continue;
				isStart[fingerprint(form, 0)] = 1;
				forms.set(
					start,
					[...known, form].sort((a, b) => b.length - a.length),
				);
			}
		},
		apply(text) {
			if (forms.size === 0 || text.length < shortest) return text;
			let result = '';
			let done = 0;
			/** What is to be hidden; forms that overlap are hidden together. */
			let from = -1;
			let to = -1;
			for (let at = 0; at <= text.length - shortest; at++) {
				if (isStart[fingerprint(text, at)] === 0) continue;
				const length = longestAt(text, at);
				if (length === 0) continue;
				if (at > to) {
					if (to >= 0) {
						result += text.slice(done, from) + hidden;
						done = to;
					}
					from = at;
				}
				to = Math.max(to, at + length);
			}
			return to < 0 ? text : result + text.slice(done, from) + hidden + text.slice(to);
		},
	};
}
