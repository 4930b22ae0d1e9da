import type {Paint} from './colour.ts';
import type {Glyphs} from './glyphs.ts';

export type PlanTextOptions = {
	readonly paint: Paint;
	readonly glyphs: Glyphs;
	/** Cells of a line, 80 when there is no terminal. */
	readonly columns: number;
	/** Unchanged things too, and texts in their whole length. */
	readonly isFull: boolean;
};
