import type {Paint} from './colour.ts';
import type {Glyphs} from './glyphs.ts';

export type PlanTextOptions = {
	readonly paint: Paint;
	readonly glyphs: Glyphs;
	/** Line width in cells; 80 without a terminal. */
	readonly columns: number;
	/** Show unchanged actions and full-length values. */
	readonly isFull: boolean;
};
