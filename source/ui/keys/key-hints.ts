import {defaultKeymap, type KeyAction, type Keymap, type KeyScreen} from './keymap.ts';

export type KeyHint = {
	readonly action: KeyAction;
	readonly keys: string;
	readonly label: string;
	readonly priority: number;
};

type HintOptions = {
	readonly keymap?: Keymap;
	/** Whether this terminal can show arrows. */
	readonly isUnicode?: boolean;
	/** Labels for the current state of the screen. */
	readonly labels?: Partial<Record<KeyAction, string>>;
};

type Screens = KeyScreen | readonly KeyScreen[];

const listOf = (screens: Screens): readonly KeyScreen[] => (typeof screens === 'string' ? [screens] : screens);

/** Hints for the footer, in the table's order. `up` and `down` share one hint. */
export function hintsOf(screens: Screens, options: HintOptions = {}): KeyHint[] {
	const {keymap = defaultKeymap, isUnicode = true, labels = {}} = options;
	return keymap
		.bindingsOf(...listOf(screens))
		.filter(({action, keys, priority}) => priority > 0 && keys.length > 0 && action !== 'down')
		.map(({action, keys, label, priority}) => ({
			action,
			priority,
			keys: action === 'up' && keys[0] === 'up' ? (isUnicode ? '↑↓' : 'up/down') : nameOfKey(keys[0]!, isUnicode),
			label: labels[action] ?? (action === 'up' ? 'move' : label),
		}));
}

/** Cells between two hints. */
export const hintGap = 3;

const widthOf = (hints: readonly KeyHint[]): number =>
	hints.reduce((sum, {keys, label}) => sum + keys.length + 1 + label.length + hintGap, -hintGap);

/** The hints that fit into `columns`: the least important are dropped first, the order stays. */
export function fitHints(hints: readonly KeyHint[], columns: number): KeyHint[] {
	if (hints.length === 0 || widthOf(hints) <= columns) return [...hints];
	const least = hints.reduce((worst, hint) => (hint.priority >= worst.priority ? hint : worst));
	return fitHints(
		hints.filter(hint => hint !== least),
		columns,
	);
}

/** The rows of the help: all keys of a screen and what they do. */
export const helpOf = (
	screens: Screens,
	isUnicode = true,
	keymap: Keymap = defaultKeymap,
): {readonly keys: string; readonly help: string}[] =>
	keymap
		.bindingsOf(...listOf(screens))
		.filter(({keys}) => keys.length > 0)
		.map(({keys, help}) => ({keys: nameOfKeys(keys, isUnicode), help}));

/** The first visible row of the help after a key; undefined when the key closes it. `rows` is the number of visible keys. */
export function helpAfter(
	top: number,
	action: KeyAction | undefined,
	keyCount: number,
	rows: number,
): number | undefined {
	if (action === 'back') return undefined;
	if (action === 'up') return Math.max(0, top - 1);
	return action === 'down' ? Math.min(Math.max(0, keyCount - rows), top + 1) : top;
}

const digits = '123456789';

/** All keys of a binding, as the help and the palette show them. */
export const nameOfKeys = (keys: readonly string[], isUnicode: boolean): string =>
	keys.join('') === digits ? '1-9' : keys.map(key => nameOfKey(key, isUnicode)).join(' ');

const names: Readonly<Record<string, string>> = {escape: 'esc', pageup: 'page-up', pagedown: 'page-down'};
const arrows: Readonly<Record<string, string>> = {up: '↑', down: '↓', left: '←', right: '→'};

const nameOfKey = (key: string, isUnicode: boolean): string =>
	(isUnicode ? arrows[key] : undefined) ?? names[key] ?? key;
