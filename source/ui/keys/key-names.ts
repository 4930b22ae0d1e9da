import type {Key} from 'ink';

const named = [
	['upArrow', 'up'],
	['downArrow', 'down'],
	['leftArrow', 'left'],
	['rightArrow', 'right'],
	['pageUp', 'pageup'],
	['pageDown', 'pagedown'],
	['home', 'home'],
	['end', 'end'],
	['return', 'enter'],
	['escape', 'escape'],
	['tab', 'tab'],
	['backspace', 'backspace'],
	['delete', 'delete'],
] as const satisfies readonly (readonly [keyof Key, string])[];

/** The text that a key types; empty for keys that type none. */
export const typedBy = (key: string): string => (key === 'space' ? ' ' : Array.from(key).length === 1 ? key : '');

/** The names of the keys in one chunk of input from Ink, which may hold several printable keys. */
export function keysOf(input: string, key: Key): string[] {
	if (key.eventType === 'release') return [];
	const special = named.find(([flag]) => key[flag]);
	if (special) return [key.shift && special[1] === 'tab' ? 'shift-tab' : special[1]];
	if (key.ctrl) return [`ctrl-${input}`];
	if (key.meta) return [`alt-${input}`];
	return Array.from(input, nameOf);
}

function nameOf(character: string): string {
	const code = character.codePointAt(0)!;
	if (character === ' ') return 'space';
	if (character === '\r' || character === '\n') return 'enter';
	if (character === '\t') return 'tab';
	if (code === 0x7f || code === 8) return 'backspace';
	if (code === 0x1b) return 'escape';
	if (code < 32) return `ctrl-${String.fromCharCode(code + 96)}`;
	return character;
}
