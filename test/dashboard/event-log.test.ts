import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {createEventLog} from '../../source/dashboard/event-log.ts';
import type {EngineEvent} from '../../source/engine/engine.ts';
import {createDashboard} from '../ui/browse-data.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const event = (project: string, at: number): EngineEvent => ({
	at,
	object: 'container',
	action: 'start',
	id: 'abc',
	attributes: {
		'compartment.project': project,
		'compartment.environment': 'production',
		'compartment.address': 'service.web',
	},
});

function open() {
	const {store} = createDashboard();
	let changes = 0;
	store.subscribe(() => void changes++);
	const log = createEventLog(store, () => ({name: 'notes', environments: []}) as never);
	const add = (project: string, at = 0) => log.add(event(project, at), 'compartment-router');
	return {store, log, add, changes: () => changes, state: store.getSnapshot};
}

test('a flood of events is one change, and only the newest 500 are kept', async () => {
	const {add, changes, state} = open();
	for (let at = 0; at < 2000; at++) add('notes', at);
	await vi.advanceTimersByTimeAsync(1000);
	expect(changes()).toBe(1);
	expect(state().events).toHaveLength(500);
	expect(
		state()
			.events.map(({at}) => at)
			.slice(-2),
	).toEqual([1998, 1999]);
	add('notes', 3000);
	await vi.advanceTimersByTimeAsync(1000);
	expect(state().events).toHaveLength(500);
	expect(state().events.at(-1)).toMatchObject({id: 2001, at: 3000});
});

test('a container that no state records yet is named when it joins a network', async () => {
	const {store, log, state} = open();
	log.add({...event('notes', 1), action: 'create'}, 'compartment-router');
	const attributes = {name: 'compartment-notes.production', container: 'abc'};
	log.add({at: 2, object: 'network', action: 'connect', id: 'n', attributes}, 'compartment-router');
	await vi.advanceTimersByTimeAsync(1000);
	expect(state().events.map(({text}) => text)).toEqual(['created', 'service.web joined']);
	expect(store.getSnapshot().otherEvents).toBe(0);
});

test('those of others are counted, which draws nothing while it is not shown', async () => {
	const {store, add, changes, state} = open();
	for (let index = 0; index < 20; index++) add('shop');
	await vi.advanceTimersByTimeAsync(1000);
	expect(changes()).toBe(0);
	store.update({location: {screen: 'events', environment: 'production', isAll: true}});
	add('shop');
	await vi.advanceTimersByTimeAsync(1000);
	expect(state()).toMatchObject({otherEvents: 21, events: []});
});
