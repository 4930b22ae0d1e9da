import type {Key} from 'ink';
import {expect, test} from 'vitest';
import {UserError} from '../../source/errors.ts';
import {renderHint} from '../../source/render-hint.ts';
import {fitHints, helpOf, hintsOf} from '../../source/ui/keys/key-hints.ts';
import {keysOf} from '../../source/ui/keys/key-names.ts';
import {createKeymap, defaultKeymap, type KeyScreen, keyScreens} from '../../source/ui/keys/keymap.ts';
import {windowAround, windowWithPins} from '../../source/ui/parts/window.ts';

/** Screens whose keys work together, the innermost first. */
const screens: readonly (readonly KeyScreen[])[] = [
	...keyScreens.map(screen => [screen]),
	['log', 'all-logs'],
	...(['log', 'page', 'records'] as const).flatMap(tab => [[tab, 'object'] as const, [tab, 'resource'] as const]),
];
const {actionOf} = defaultKeymap;
const noKey = {} as Key;

test('every key has one action per screen', () => {
	for (const screen of screens) {
		const keys = helpOf(screen).flatMap(entry => entry.keys.split(' '));
		expect(new Set(keys).size, screen.join()).toBe(keys.length);
	}
});

test('every hint of a footer is a key with an action on that screen', () => {
	for (const screen of screens) {
		for (const {action, keys} of hintsOf(screen)) {
			const key = {'↑↓': 'up', esc: 'escape'}[keys] ?? keys;
			expect(actionOf(key, ...screen), `${screen} ${keys}`).toBe(action);
		}
	}
});

test('a narrow footer drops the least important hints and keeps the order', () => {
	const shown = (columns: number) => fitHints(hintsOf('approve'), columns).map(({label}) => label);
	expect(shown(80)).toEqual(['apply', 'cancel', 'toggle', 'only this', 'diff', 'diff', 'help']);
	expect(shown(30)).toEqual(['apply', 'cancel', 'help']);
	expect(shown(7)).toEqual(['apply']);
	expect(shown(3)).toEqual([]);
});

test('no hint has an arrow without Unicode', () => {
	const text = screens.flatMap(screen => [...hintsOf(screen, {isUnicode: false}), ...helpOf(screen, false)]);
	expect(text.map(({keys}) => keys).join()).toMatch(/^[\x20-\x7e]*$/);
});

test('settings change the keys of an action on every screen that has it', () => {
	const keymap = createKeymap({keys: {follow: ['F', 'ctrl-f'], quit: [], apply: ['A']}});
	expect(keymap.actionOf('F', 'log')).toBe('follow');
	expect(keymap.actionOf('f', 'log')).toBeUndefined();
	expect(keymap.actionOf('ctrl-f', 'steps')).toBe('follow');
	expect(keymap.actionOf('q', 'environment')).toBeUndefined();
	expect(keymap.actionOf('A', 'environment')).toBe('apply');
	expect(hintsOf('log', {keymap}).find(({action}) => action === 'follow')?.keys).toBe('F');
});

test('settings cannot bind keys where text is typed', () => {
	const keymap = createKeymap({keys: {up: ['J'], back: ['x']}});
	expect(keymap.actionOf('J', 'environment')).toBe('up');
	expect(keymap.actionOf('J', 'palette')).toBeUndefined();
	expect(keymap.actionOf('escape', 'input')).toBe('back');
});

test("the user's own commands have the keys that the settings give them, and no name of an action", () => {
	const keymap = createKeymap({commands: {psql: 'compartment exec db -- psql', top: 'htop'}, keys: {psql: ['P']}});
	expect(keymap.actionOf('P', 'environment')).toBe('command psql');
	expect(keymap.bindingsOf('resource').map(({action}) => action)).toContain('command top');
	expect(helpOf('environment', true, keymap)).toContainEqual({keys: 'P', help: 'compartment exec db -- psql'});
	expect(() => createKeymap({commands: {apply: 'true'}})).toThrow(
		'settings: commands.apply: an action of Compartment has this name',
	);
	expect(() => createKeymap({commands: {psql: 'true'}, keys: {psql: ['a']}})).toThrow(
		'settings: keys: "a" is bound to both apply and psql',
	);
});

test('an unknown action and a key with two actions are refused by name', () => {
	const messageOf = (keys: Record<string, string[]>) => {
		try {
			createKeymap({keys});
		} catch (error) {
			return error instanceof UserError
				? `${error.message} ${renderHint(error.hint!, {environment: 'production'})}`
				: String(error);
		}
		return 'accepted';
	};
	expect(messageOf({folow: ['F']})).toMatch(
		/^settings: keys.folow: unknown action Remove it: compartment settings unset keys.folow. Actions: .*\bfollow\b/,
	);
	expect(messageOf({follow: ['w']})).toMatch(
		/"w" is bound to both follow and wrap .*: compartment settings set keys.wrap none$/,
	);
	expect(messageOf({erase: ['x']})).toContain('unknown action');
	expect(messageOf({follow: ['F']})).toBe('accepted');
});

test('the keys of one chunk are separated', () => {
	expect(keysOf('jj', noKey)).toEqual(['j', 'j']);
	expect(keysOf('yes\r', noKey)).toEqual(['y', 'e', 's', 'enter']);
	expect(keysOf('\t \u007F\u0004é', noKey)).toEqual(['tab', 'space', 'backspace', 'ctrl-d', 'é']);
	expect(keysOf('', {upArrow: true} as Key)).toEqual(['up']);
	expect(keysOf('c', {ctrl: true} as Key)).toEqual(['ctrl-c']);
	expect(keysOf('', {tab: true, shift: true} as Key)).toEqual(['shift-tab']);
});

test('a window contains the cursor and stays within the list', () => {
	expect(windowAround(5, 10, 2)).toEqual({from: 0, to: 5});
	expect(windowAround(100, 10, 50)).toEqual({from: 45, to: 55});
	expect(windowAround(100, 10, 0)).toEqual({from: 0, to: 10});
	expect(windowAround(100, 10, 99)).toEqual({from: 90, to: 100});
});

test('pinned rows stay visible, in order, and leave room for the cursor', () => {
	expect(windowWithPins(100, 6, 50, [3, 80])).toEqual([3, 48, 49, 50, 51, 80]);
	expect(windowWithPins(4, 6, 0, [3])).toEqual([0, 1, 2, 3]);
	const many = windowWithPins(100, 6, 50, [1, 2, 3, 4, 5, 6, 7]);
	expect(many).toHaveLength(6);
	expect(many).toContain(50);
	expect(many.slice(0, 3)).toEqual([1, 2, 3]);
	expect(windowWithPins(0, 6, 0, [])).toEqual([]);
});
