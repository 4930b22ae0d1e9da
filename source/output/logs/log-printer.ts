import {counted} from '../../counted.ts';
import type {Paint} from '../colour.ts';
import type {SourcedLine} from '../log-lines.ts';
import {isRepeat} from './repeats.ts';
import type {Sieved} from './sieve.ts';
import {foldFields, parseStructured} from './structured.ts';

type Options = {
	/** One line, without its end. */
	readonly format: (line: SourcedLine) => string;
	readonly paint: Pick<Paint, 'dim'>;
	/** Print a line that is repeated once, and then how often it came again. */
	readonly isCollapsed?: boolean | undefined;
	/** Print JSON lines as their message and fields. */
	readonly isFolded?: boolean | undefined;
};

/** The message and the fields of a JSON line in one row; any other line as it is. */
function fold(line: SourcedLine): SourcedLine {
	const structured = parseStructured(line.text);
	if (!structured) return line;
	return {...line, text: [structured.message, foldFields(structured)].filter(part => part !== '').join('  ')};
}

/** Prints lines one after the other; `end` prints what is still to be said about the last one. */
export function createLogPrinter({format, paint, isCollapsed = false, isFolded = false}: Options) {
	let previous: SourcedLine | undefined;
	let again = 0;
	const end = (): string => {
		const count = again;
		again = 0;
		return count === 0 ? '' : `${paint.dim(`-- repeated ${counted(count, 'more time')} --`)}\n`;
	};
	return {
		print({line, isAfterGap}: Sieved<SourcedLine>): string {
			if (isCollapsed && !isAfterGap && previous && isRepeat(previous, line)) {
				again++;
				return '';
			}
			previous = line;
			return `${end()}${isAfterGap ? `${paint.dim('--')}\n` : ''}${format(isFolded ? fold(line) : line)}\n`;
		},
		end,
	};
}
