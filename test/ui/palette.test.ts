import {expect, test} from 'vitest';
import {type PaletteEntry, paletteEntries} from '../../source/ui/dashboard/palette-entries.ts';
import type {DashboardState} from '../../source/ui/dashboard/state.ts';
import {createKeymap, defaultKeymap} from '../../source/ui/keys/keymap.ts';
import {createDashboard, empty, production, staging} from './browse-data.ts';

const room = {rows: 10, lastTop: 0};

const deployed = {
	...staging,
	deployments: [
		{id: 'dpl_2', service: 'web', address: 'service.web', word: 'active'},
		{id: 'dpl_1', service: 'web', address: 'service.web', word: 'previous'},
	],
};

function open(part: Partial<DashboardState> = {}) {
	const {store} = createDashboard([production, deployed, empty]);
	store.update({location: {screen: 'environment', environment: 'production'}, ...part});
	const type = (text: string) => {
		for (const key of [':', ...text, 'enter']) store.press(key === ' ' ? 'space' : key, room);
		return store.getSnapshot();
	};
	const find = (typed: string, keymap = defaultKeymap) =>
		paletteEntries(store.getSnapshot(), store.log.getSnapshot(), keymap, typed);
	return {store, type, find};
}

const lineOf = ({name, help}: PaletteEntry): string => `${name} · ${help}`;

test('the palette finds environments, services, resources and deployments of every environment', () => {
	const {find} = open();
	expect(find('staging').map(lineOf)).toEqual([
		'staging · environment',
		'web · service in staging: healthy',
		'api · service in staging: stopped',
		'db · resource in staging: healthy',
		'dpl_2 · deployment of web in staging: active',
		'dpl_1 · deployment of web in staging: previous',
	]);
});

test('names that start with the text come first, and all words count', () => {
	const {find} = open();
	expect(lineOf(find('db')[0]!)).toBe('db · resource in production: healthy');
	expect(find('db staging').map(lineOf)).toEqual(['db · resource in staging: healthy']);
	expect(find('apply')[0]!.name).toBe('apply');
	expect(find('no such thing')).toEqual([]);
});

test('a place that is chosen is opened, with the cursor on it, and comes first the next time', () => {
	const {type, find} = open();
	expect(type('db staging')).toMatchObject({
		location: {screen: 'object', environment: 'staging', address: 'resource.db', tab: 'logs'},
		selectedEnvironment: 'staging',
		selectedObject: 'resource.db',
	});
	expect(find('')[0]!.name).toBe('db');
	expect(type('dpl_1').location).toMatchObject({
		screen: 'all-logs',
		environment: 'staging',
		deployment: {id: 'dpl_1', address: 'service.web'},
	});
	expect(find('').map(({name}) => name)).toEqual(expect.arrayContaining(['dpl_1', 'db']));
	expect(find('')[0]!.name).toBe('dpl_1');
	expect(type('preview')).toMatchObject({
		location: {screen: 'environment', environment: 'preview'},
		selectedObject: 'service.web',
	});
});

test("the user's own commands are found with their key, and run for what is selected", () => {
	const keymap = createKeymap({commands: {psql: 'compartment exec db -- psql'}, keys: {psql: ['P']}});
	const {store} = createDashboard([production], keymap);
	store.update({location: {screen: 'environment', environment: 'production'}, selectedObject: 'resource.db'});
	const [found] = paletteEntries(store.getSnapshot(), store.log.getSnapshot(), keymap, 'psql');
	expect(found).toMatchObject({name: 'psql', help: 'compartment exec db -- psql', keys: ['P']});
	store.press('P', room);
	expect(store.getSnapshot().departure).toEqual({
		type: 'command',
		name: 'psql',
		environment: 'production',
		object: 'db',
	});
});
