import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {createLoadReader} from '../../source/dashboard/load-reader.ts';
import type {MachineReading} from '../../source/report/machine-load.ts';
import {createDashboard, production, staging} from '../ui/browse-data.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const reading = (busy: number): MachineReading => ({processor: {busy, total: busy * 2, cores: 2}});

function open(readings: readonly (MachineReading | Error)[]) {
	const {store} = createDashboard([production, staging]);
	const connection = {} as never;
	let reads = 0;
	const reader = createLoadReader({
		store,
		entryOf: () => ({connection}) as never,
		readerOf: () => async () => {
			const next = readings[Math.min(reads++, readings.length - 1)]!;
			if (next instanceof Error) throw next;
			return next;
		},
	});
	return {store, reader, reads: () => reads};
}

test('the load is read soon again for the processor, then every 15 seconds', async () => {
	const {store, reader, reads} = open([reading(100), reading(200), reading(300)]);
	reader.follow(store.getSnapshot());
	await vi.advanceTimersByTimeAsync(0);
	expect(store.getSnapshot().load).toEqual({processor: undefined, memory: undefined, disk: undefined});
	await vi.advanceTimersByTimeAsync(1500);
	expect(store.getSnapshot().load?.processor).toEqual({busy: 0.5, cores: 2});
	await vi.advanceTimersByTimeAsync(45_000);
	expect(reads()).toBe(5);
});

test('nothing is read while it is not shown, or while the engine is lost', async () => {
	const {store, reader, reads} = open([reading(100)]);
	store.update({link: {status: 'lost', message: '', since: 0}});
	reader.follow(store.getSnapshot());
	await vi.advanceTimersByTimeAsync(60_000);
	expect(reads()).toBe(0);
	store.update({link: {status: 'live', engine: 'Docker'}});
	await vi.advanceTimersByTimeAsync(1500);
	expect(reads()).toBe(1);
	store.update({location: {screen: 'all-logs', environment: 'production'}});
	reader.follow(store.getSnapshot());
	await vi.advanceTimersByTimeAsync(60_000);
	expect(reads()).toBe(1);
});

test('to leave and come back while a reading is not answered does not read twice as often', async () => {
	const {store, reader, reads} = open([reading(100), reading(200)]);
	const location = store.getSnapshot().location;
	reader.follow(store.getSnapshot());
	store.update({location: {screen: 'all-logs', environment: 'production'}});
	reader.follow(store.getSnapshot());
	store.update({location});
	reader.follow(store.getSnapshot());
	await vi.advanceTimersByTimeAsync(1500);
	const soon = reads();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(reads() - soon).toBe(4);
});

test('what cannot be read is unknown', async () => {
	const {store, reader} = open([new Error('no such container')]);
	reader.follow(store.getSnapshot());
	await vi.advanceTimersByTimeAsync(0);
	expect(store.getSnapshot().load).toEqual({processor: undefined, memory: undefined, disk: undefined});
});
