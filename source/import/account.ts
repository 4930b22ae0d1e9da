import {formatPath, type Path} from '../descriptor/problem.ts';
import type {Hint} from '../hint.ts';
import type {Imported, Note, NoteKind} from './result.ts';

type Status = 'carried' | 'listed';

/** Says what to do about a key that nothing has read. */
type Advise = (path: Path, value: unknown) => {readonly kind: NoteKind; readonly message: Hint};

/**
 * What happened to each key of the imported file. Whatever nobody has carried over or noted is found by `settle`, so that no key
 * can get lost.
 */
export type Account = {
	/** The key with everything below it is carried over. A note on the same key stays. */
	readonly carry: (path: Path) => void;
	readonly note: (kind: NoteKind, path: Path, message: Hint) => void;
	/** All notes, with those for the keys of `tree` that nothing has read. Called once. */
	readonly settle: (tree: unknown, advise: Advise) => Pick<Imported, 'notes' | 'carried' | 'tally'>;
};

const keyOf = (path: Path): string => path.join('\0');

const childrenOf = (value: unknown): readonly (readonly [string | number, unknown])[] => {
	if (Array.isArray(value)) return value.map((item, index) => [index, item] as const);
	return typeof value === 'object' && value !== null ? Object.entries(value) : [];
};

const countLeaves = (value: unknown): number => {
	const children = childrenOf(value);
	return children.length === 0 ? 1 : children.reduce((sum, [, child]) => sum + countLeaves(child), 0);
};

/** Keys directly below these are names that the author chose. They are noted one by one, never as a whole. */
const isSection = (path: Path): boolean => path.length < 2;

export function createAccount(): Account {
	const statuses = new Map<string, Status>();
	const notes: Note[] = [];
	const carried = new Set<string>();
	const known = new Set<string>();
	const tally = {carried: 0, listed: 0};

	const note: Account['note'] = (kind, path, message) => {
		const shown = formatPath(path);
		const said = `${shown}\0${JSON.stringify(message)}`;
		if (known.has(said)) return;
		known.add(said);
		notes.push({path: shown, kind, message});
		// What is carried over differently counts as carried. A remark on a whole service says nothing about its keys.
		if (kind !== 'changed') statuses.set(keyOf(path), 'listed');
		else if (path.length !== 2) statuses.set(keyOf(path), 'carried');
	};

	const settle: Account['settle'] = (tree, advise) => {
		/** Paths below and at a key that nothing covers; merged into one where all of it is uncovered. */
		const visit = (path: Path, value: unknown, above: Status | undefined): {path: Path; value: unknown}[] => {
			const status = statuses.get(keyOf(path)) ?? above;
			const children = childrenOf(value);
			if (children.length === 0) {
				if (status === undefined) return [{path, value}];
				tally[status]++;
				return [];
			}
			const open = children.flatMap(([key, child]) => visit([...path, key], child, status));
			const isWholly = open.length === children.length && open.every(found => found.path.length === path.length + 1);
			return isWholly && !isSection(path) ? [{path, value}] : open;
		};
		for (const {path, value} of visit([], tree, undefined)) {
			tally.listed += countLeaves(value);
			const {kind, message} = advise(path, value);
			note(kind, path, message);
		}
		return {notes, carried: [...carried], tally: {...tally}};
	};

	const carry: Account['carry'] = path => {
		carried.add(formatPath(path));
		if (!statuses.has(keyOf(path))) statuses.set(keyOf(path), 'carried');
	};

	return {carry, note, settle};
}
