/** Hides sensitive values in text. */
export type Mask = {
	/** Hides a value from now on, in every form in which programs print it. */
	readonly add: (value: string) => void;
	/** Replaces every form of every value by `‹hidden›`. */
	readonly apply: (text: string) => string;
};

const hidden = '‹hidden›';

// Masking shorter values would hide ordinary text.
const shortest = 6;

// Long enough for the lines of a key or a certificate, too long for a word of a configuration file.
const shortestLine = 16;

/** The base64 of a value inside a longer text: the part that does not depend on its neighbours, per alignment. */
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
	// Without the last group, which depends on the following text.
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

/** A cheap hash of the characters at a position, so that 10,000 lines a second can be scanned in one pass. */
const fingerprint = (text: string, at: number): number =>
	(text.charCodeAt(at) * 31 + text.charCodeAt(at + 1) * 1009 + text.charCodeAt(at + 2) * 7919) & 0xff_ff;

/** Creates a mask that hides nothing yet. */
export function createMask(): Mask {
	/** Forms by their first characters, the longest first. */
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
			/** The range to hide; overlapping forms are hidden together. */
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
