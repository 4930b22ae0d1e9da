// One cell and one cluster per UTF-16 unit: ASCII, Latin, and the arrows, dashes and box drawings of our own texts.
const simple = /^[\x20-\x7e\xa0-\xac\xae-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u25fc\u2713\u2717]*$/;

// An escape is a cluster of its own as well, and so is a line break that follows no carriage return.
const simplyDivided = /^[\x1b\n\x20-\x7e\xa0-\xac\xae-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u25fc\u2713\u2717]*$/;

/** Whether every character takes exactly one cell and stands for itself. */
export const isSimple = (text: string): boolean => simple.test(text);

/** What a user sees as one character, and where in the text it begins. */
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

// Made on first use: it costs 6 ms, which what is simple should not pay.
let intl: Intl.Segmenter | undefined;

/** Divides texts into clusters as `Intl.Segmenter` does, without it where the text is simple. */
export const createSegmenter = (): {readonly segment: (text: string) => Clusters} => ({
	segment(text) {
		if (simplyDivided.test(text)) return divideSimply(text);
		intl ??= new Intl.Segmenter();
		return intl.segment(text);
	},
});
