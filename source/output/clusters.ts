// ASCII, Latin, and the arrows, dashes and box drawing characters that we print: one cell and one cluster per UTF-16 unit.
const simple = /^[\x20-\x7e\xa0-\xac\xae-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u25fc\u2713\u2717]*$/;

// Also one cluster each: an escape, and a line feed that follows no carriage return.
const simplyDivided = /^[\x1b\n\x20-\x7e\xa0-\xac\xae-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u25fc\u2713\u2717]*$/;

/** Whether every UTF-16 unit is one character of one cell. */
export const isSimple = (text: string): boolean => simple.test(text);

/** A user-perceived character (grapheme cluster) and its index in the text. */
export type Cluster = Pick<Intl.SegmentData, 'segment' | 'index'>;

/** The clusters of one text. */
type Clusters = Iterable<Cluster> & {readonly containing: (index: number) => Cluster | undefined};

function divideSimply(text: string): Clusters {
	const at = (index: number): Cluster => ({segment: text[index]!, index});
	return {
		*[Symbol.iterator]() {
			for (let index = 0; index < text.length; index++) yield at(index);
		},
		containing: index => (index >= 0 && index < text.length ? at(Math.trunc(index)) : undefined),
	};
}

// Created on first use: it takes 6 ms, and simple text does not need it.
let intl: Intl.Segmenter | undefined;

/** Splits text into grapheme clusters like `Intl.Segmenter`, with a fast path for simple text. */
export const createSegmenter = (): {readonly segment: (text: string) => Clusters} => ({
	segment(text) {
		if (simplyDivided.test(text)) return divideSimply(text);
		intl ??= new Intl.Segmenter();
		return intl.segment(text);
	},
});
