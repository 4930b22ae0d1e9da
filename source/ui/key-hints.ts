import {bindingsOf, type KeyAction, type KeyScreen} from './keymap.ts';

export type Hint = {
	readonly action: KeyAction;
	readonly keys: string;
	readonly label: string;
	readonly priority: number;
};

type HintOptions = {
	/** Whether this terminal can show arrows. */
	readonly isUnicode?: boolean;
	/** Labels that say what a key would do now. */
	readonly labels?: Partial<Record<KeyAction, string>>;
};

/** Hints for the footer, in the table's order. `up` and `down` share one hint. */
export function hintsOf(screen: KeyScreen, {isUnicode = true, labels = {}}: HintOptions = {}): Hint[] {
	return bindingsOf(screen)
		.filter(({action, priority}) => priority > 0 && action !== 'down')
		.map(({action, keys, label, priority}) => ({
			action,
			priority,
			keys: action === 'up' ? (isUnicode ? '↑↓' : 'up/down') : nameOfKey(keys[0]!, isUnicode),
			label: labels[action] ?? (action === 'up' ? 'move' : label),
		}));
}

/** Cells between two hints. */
export const hintGap = 3;

const widthOf = (hints: readonly Hint[]): number =>
	hints.reduce((sum, {keys, label}) => sum + keys.length + 1 + label.length + hintGap, -hintGap);

/** The hints that fit into `columns`: the least important are dropped first, the order stays. */
export function fitHints(hints: readonly Hint[], columns: number): Hint[] {
	if (hints.length === 0 || widthOf(hints) <= columns) return [...hints];
	const least = hints.reduce((worst, hint) => (hint.priority >= worst.priority ? hint : worst));
	return fitHints(
		hints.filter(hint => hint !== least),
		columns,
	);
}

/** Rows of `?`: all keys of a screen with what they do. */
export const helpOf = (screen: KeyScreen, isUnicode = true): {readonly keys: string; readonly help: string}[] =>
	bindingsOf(screen).map(({keys, help}) => ({keys: keys.map(key => nameOfKey(key, isUnicode)).join(' '), help}));

const names: Readonly<Record<string, string>> = {escape: 'esc', pageup: 'page-up', pagedown: 'page-down'};
const arrows: Readonly<Record<string, string>> = {up: '↑', down: '↓'};

const nameOfKey = (key: string, isUnicode: boolean): string =>
	(isUnicode ? arrows[key] : undefined) ?? names[key] ?? key;
