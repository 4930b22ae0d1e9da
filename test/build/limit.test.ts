import {setTimeout as pause} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {createLimit} from '../../source/build/limit.ts';

test('all tasks run in order, with at most the given number at a time', async () => {
	const limit = createLimit(2);
	let running = 0;
	let most = 0;
	const order: number[] = [];
	const task = (id: number) => async () => {
		order.push(id);
		running += 1;
		most = Math.max(most, running);
		await pause(5);
		running -= 1;
		if (id === 2) throw new Error('two');
		return id;
	};
	const results = await Promise.allSettled([0, 1, 2, 3, 4].map(id => limit(task(id))));
	expect(results.map(({status}) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
	expect([most, order]).toEqual([2, [0, 1, 2, 3, 4]]);
	expect(await limit(async () => 'again')).toBe('again');
});

test('a waiting task can be cancelled, and the others continue', async () => {
	const limit = createLimit(1);
	const controller = new AbortController();
	const first = limit(() => pause(20, 'first'));
	const second = limit(async () => 'second', controller.signal);
	const third = limit(async () => 'third');
	controller.abort(new Error('stopped'));
	await expect(second).rejects.toThrow('stopped');
	expect(await Promise.all([first, third])).toEqual(['first', 'third']);
	await expect(limit(async () => 'never', controller.signal)).rejects.toThrow('stopped');
});
