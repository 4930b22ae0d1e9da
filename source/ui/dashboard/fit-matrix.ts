import {columnGap} from '../parts/fit-columns.ts';

/** The widths, in cells, of everything that a matrix could show. */
export type MatrixWidths = {
	/** The names of the environments. */
	readonly names: number;
	/** The images, one for each service and resource. */
	readonly images: readonly number[];
	/** What follows the images, in order, such as what is behind. */
	readonly others: readonly {readonly width: number; readonly isNeeded: boolean}[];
};

export type FittedMatrix = {
	readonly names: number;
	/** The images that are shown, by their index. */
	readonly images: readonly {readonly index: number; readonly width: number}[];
	/** The others that are shown, by their index. */
	readonly others: readonly {readonly index: number; readonly width: number}[];
};

/** The part of the width that the names of the environments may take, and the least that they get. */
const nameShare = 0.3;
const leastName = 10;

const total = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width + columnGap, 0);

/** What is left for images beside the names and what is always shown. */
function roomForImages({names, others}: MatrixWidths, room: number) {
	const shownNames = Math.min(names, Math.max(leastName, Math.floor(room * nameShare)));
	const needed = others.flatMap(({width, isNeeded}) => (isNeeded ? [width] : []));
	return {names: shownNames, left: room - shownNames - total(needed)};
}

/** How many images fit from `first` on, at least one. */
function countFitting(images: readonly number[], first: number, left: number): number {
	let count = 0;
	while (first + count < images.length && total(images.slice(first, first + count + 1)) <= left) count++;
	return Math.max(count, Math.min(1, images.length - first));
}

/** The first image when the last one is shown: scrolling further would only leave room. */
export function lastFirstImage(widths: MatrixWidths, room: number): number {
	const {left} = roomForImages(widths, room);
	const {images} = widths;
	let first = Math.max(0, images.length - 1);
	while (first > 0 && total(images.slice(first - 1)) <= left) first--;
	return first;
}

/**
 * Chooses what of a matrix is shown in `room` cells: the names, as many images as fit from `first` on, what is always shown, and
 * of the rest what fits when all images do.
 */
export function fitMatrix(widths: MatrixWidths, room: number, first: number): FittedMatrix {
	const {names, left} = roomForImages(widths, room);
	const from = Math.min(first, lastFirstImage(widths, room));
	const count = countFitting(widths.images, from, left);
	const images = widths.images
		.slice(from, from + count)
		.map((width, index) => ({index: from + index, width: Math.min(width, Math.max(0, left - columnGap))}));
	let spare = left - total(images.map(({width}) => width));
	const others = widths.others.flatMap(({width, isNeeded}, index) => {
		if (isNeeded) return [{index, width}];
		if (count < widths.images.length || width + columnGap > spare) return [];
		spare -= width + columnGap;
		return [{index, width}];
	});
	return {names, images, others};
}
