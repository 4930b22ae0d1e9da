import {expect, test} from 'vitest';
import {createWorkQueue} from '../../source/dev/queue.ts';

/** Work that ends when the test says so. */
function begin() {
	const ends: (() => void)[] = [];
	let running = 0;
	let most = 0;
	const queue = createWorkQueue(async () => {
		running++;
		most = Math.max(most, running);
		await new Promise<void>(resolve => ends.push(resolve));
		running--;
	});
	const settle = () => new Promise(resolve => setImmediate(resolve));
	return {
		queue,
		begun: () => ends.length,
		most: () => most,
		async finish() {
			ends.at(-1)?.();
			await settle();
		},
	};
}

test('any number of requests while it works lead to exactly one more', async () => {
	const {queue, begun, most, finish} = begin();
	queue.request();
	for (let count = 0; count < 20; count++) queue.request();
	expect(begun()).toBe(1);
	await finish();
	expect(begun()).toBe(2);
	await finish();
	expect(begun()).toBe(2);
	queue.request();
	expect(begun()).toBe(3);
	await finish();
	expect(most()).toBe(1);
});

test('a stop waits for what is being done, and begins nothing more', async () => {
	const {queue, begun, finish} = begin();
	queue.request();
	queue.request();
	let isStopped = false;
	const stopped = queue.stop().then(() => {
		isStopped = true;
	});
	await new Promise(resolve => setImmediate(resolve));
	expect(isStopped).toBe(false);
	await finish();
	await stopped;
	queue.request();
	expect(begun()).toBe(1);
});
