import type {Report} from './reports.ts';

type Area = {readonly x: number; readonly y: number; readonly width: number; readonly height: number};

/** A part of a screen that the mouse can act on. Cells are counted from its own left and top. */
export type MouseTarget = {
	readonly measure: () => Area;
	readonly onClick?: ((x: number, y: number) => void) | undefined;
	/** `by` is -1 for up and 1 for down. */
	readonly onWheel?: ((by: 1 | -1) => void) | undefined;
};

/** The mouse of one screen. */
export type Mouse = {
	/** Adds a target; the returned function removes it. */
	readonly add: (target: MouseTarget) => () => void;
	/** Gives a report of the terminal to the innermost target that is under it. */
	readonly report: (report: Report) => void;
	/** Presses a key on the screen. */
	readonly press: (key: string) => void;
	/** Sets who gets the keys; the returned function takes that back. */
	readonly toKeys: (press: (key: string) => void) => () => void;
};

const contains = ({x, y, width, height}: Area, at: {readonly x: number; readonly y: number}): boolean =>
	at.x >= x && at.x < x + width && at.y >= y && at.y < y + height;

export function createMouse(): Mouse {
	const targets = new Set<MouseTarget>();
	let keys: ((key: string) => void) | undefined;
	const under = (at: {readonly x: number; readonly y: number}, canTake: (target: MouseTarget) => boolean) =>
		[...targets]
			.filter(canTake)
			.map(target => ({target, area: target.measure()}))
			.filter(({area}) => contains(area, at))
			.sort((a, b) => a.area.width * a.area.height - b.area.width * b.area.height)[0];
	return {
		add(target) {
			targets.add(target);
			return () => targets.delete(target);
		},
		report(report) {
			if (report.type === 'click') {
				const found = under(report, ({onClick}) => onClick !== undefined);
				found?.target.onClick?.(report.x - found.area.x, report.y - found.area.y);
			} else if (report.type === 'wheel') {
				under(report, ({onWheel}) => onWheel !== undefined)?.target.onWheel?.(report.by);
			}
		},
		press: key => keys?.(key),
		toKeys(press) {
			keys = press;
			return () => {
				if (keys === press) keys = undefined;
			};
		},
	};
}
