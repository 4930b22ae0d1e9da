type Line = {readonly source: string; readonly stream: string; readonly text: string};

const times =
	/\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?|\b\d\d:\d\d:\d\d(?:[.,]\d+)?|"(?:time|ts|timestamp|@timestamp)":\s*\d+(?:\.\d+)?/g;

/** A text without the times in it. */
const timeless = (text: string): string => text.replace(times, '');

/** Whether a line of a log says the same as the one before: the same source and text, apart from times. */
export const isRepeat = (before: Line, line: Line): boolean =>
	before.source === line.source &&
	before.stream === line.stream &&
	(before.text === line.text ||
		(before.text.length === line.text.length &&
			/\d:\d|"t/.test(line.text) &&
			timeless(before.text) === timeless(line.text)));
