import {formatAge} from '../../output/duration.ts';
import type {Glyphs} from '../../output/glyphs.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {displayWidth} from '../../output/width.ts';
import type {EnvironmentView} from './data.ts';
import {type FittedMatrix, fitMatrix, lastFirstImage, type MatrixWidths} from './fit-matrix.ts';
import type {Matrix, MatrixRow} from './matrix.ts';
import {summaryOf} from './rows.ts';

/** A matrix as text: what each part says, and which parts are shown, how wide. Texts are sanitised. */
export type MatrixLayout = FittedMatrix & {
	readonly imageTitles: readonly string[];
	/** By column: the cells of the symbols after an image, which are its state and, if any is older, that. */
	readonly symbols: readonly number[];
	readonly otherTitles: readonly string[];
	readonly rows: readonly {
		readonly name: string;
		/** By column: an image with its age. The symbols of its state follow it. */
		readonly images: readonly string[];
		readonly others: readonly string[];
		/** Shown instead of everything else. */
		readonly problem: string | undefined;
	}[];
	/** The first column when the last one is shown. */
	readonly lastFirst: number;
};

/** Cells of a symbol after an image, with a space before it. */
const symbolCells = 2;

/** Longest title of a column. */
const longestTitle = 20;

const widestState = 40;

/** What an environment is behind: `~3` changes that an apply would make, and older images. */
function behindText({environment, behind}: MatrixRow, isFull: boolean, {isUnicode}: Glyphs): string {
	const older = isUnicode ? '◀' : '<';
	return [
		...(environment.pending ? [`~${environment.pending}`] : []),
		...(behind.length === 0 ? [] : [`${older} ${isFull ? behind.join(', ') : behind.length}`]),
	].join(' ');
}

const driftOf = ({drift, objects}: EnvironmentView): number =>
	drift.length + objects.reduce((sum, object) => sum + object.drift.length, 0);

type Options = {
	/** In cells. */
	readonly width: number;
	/** Index of the first column to show. */
	readonly first: number;
	readonly now: number;
	readonly glyphs: Glyphs;
};

const otherTitles = ['BEHIND', 'DRIFT', 'CHANGED', 'STATE'];

/** Lays a matrix out. What is behind is named where all columns fit, otherwise only counted. */
export function layoutMatrix(matrix: Matrix, {width, first, now, glyphs}: Options): MatrixLayout {
	const clean = (text: string) => glyphs.adapt(sanitiseLine(text));
	const lay = (isFull: boolean): MatrixLayout => {
		const rows = matrix.rows.map(row => {
			const {name, updatedAt, problem} = row.environment;
			const drift = driftOf(row.environment);
			return {
				name: clean(name),
				images: row.cells.map(({text}) => (text === '' ? clean('–') : clean(text))),
				others: [
					clean(behindText(row, isFull, glyphs)),
					drift === 0 ? '' : String(drift),
					updatedAt === null ? '' : formatAge(updatedAt, now),
					clean(summaryOf(row.environment).text),
				],
				problem: problem === undefined ? undefined : clean(problem),
			};
		});
		const imageTitles = matrix.columns.map(clean);
		const widest = (title: string, texts: readonly string[]) =>
			Math.max(displayWidth(title), ...texts.map(text => displayWidth(text)));
		const symbols = matrix.columns.map((_, column) =>
			matrix.rows.some(({cells}) => cells[column]!.isOlder) ? 2 * symbolCells : symbolCells,
		);
		const widths: MatrixWidths = {
			names: widest(
				'ENVIRONMENT',
				rows.map(({name}) => name),
			),
			images: imageTitles.map((title, column) => {
				const texts = rows.map(({images}) => images[column]!);
				return Math.max(Math.min(longestTitle, displayWidth(title)), widest('', texts) + symbols[column]!);
			}),
			others: otherTitles.map((title, index) => {
				const texts = rows.map(({others}) => others[index]!);
				const isEmpty = index > 0 && texts.every(text => text === '');
				return {width: isEmpty ? width : Math.min(widestState, widest(title, texts)), isNeeded: index === 0};
			}),
		};
		const fitted = fitMatrix(widths, width, first);
		return {...fitted, imageTitles, symbols, otherTitles, rows, lastFirst: lastFirstImage(widths, width)};
	};
	const full = lay(true);
	return full.images.length === matrix.columns.length ? full : lay(false);
}

/** Which columns are shown, if not all: `columns 3 to 6 of 12`. */
export function columnsNote({images, imageTitles}: MatrixLayout): string {
	if (images.length === imageTitles.length) return 'image per service';
	const [from, to] = [images[0]!.index + 1, images.at(-1)!.index + 1];
	return `${from === to ? `column ${from}` : `columns ${from} to ${to}`} of ${imageTitles.length}`;
}
