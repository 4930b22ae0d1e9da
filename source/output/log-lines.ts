import type {Paint} from './colour.ts';
import {createSourceStyles} from './log-source-styles.ts';
import {sanitiseLine} from './sanitise.ts';

/** One log line. The stream `compartment` is for Compartment's own lines; `at` is RFC 3339; `text` is unsanitised. */
export type SourcedLine = {
	readonly at: string;
	readonly source: string;
	readonly stream: 'compartment' | 'stdout' | 'stderr';
	readonly text: string;
};

type LogFormatOptions = {
	/** All services and resources that may appear; the tag is shown when there are several. */
	readonly sources: readonly string[];
	readonly paint: Paint;
	/** Default true. */
	readonly hasTime?: boolean;
};

const lineLimit = 64_000;

// Docker reports nanoseconds; milliseconds are enough to read.
const shortTime = (at: string): string => sanitiseLine(at).replace(/(\.\d{3})\d+/, '$1');

/** `<time> [<service>] <stream> <message>` (docs/rules.md, "Log lines"), each source in its own colour. */
export function createLogFormatter({sources, paint, hasTime = true}: LogFormatOptions): (line: SourcedLine) => string {
	const styleOf = createSourceStyles(sources, paint);
	const isTagged = new Set(sources).size > 1;
	return ({at, source, stream, text}) => {
		const parts = [
			...(hasTime ? [paint.dim(shortTime(at))] : []),
			...(isTagged ? [styleOf(source)(`[${sanitiseLine(source)}]`)] : []),
			stream === 'stderr' ? paint.warn(stream) : paint.dim(stream),
			sanitiseLine(text, {keepColour: paint.isColoured, maxLength: lineLimit}),
		];
		return parts.join(' ');
	};
}

/** The same line for programs. */
export const logDocument = ({at, source, stream, text}: SourcedLine) => ({
	timestamp: at,
	serviceName: source,
	stream,
	message: text,
});
