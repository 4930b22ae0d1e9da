import {describe, expect, it, vi} from 'vitest';
import type {Store} from '../../source/engine-state/store.ts';
import {waitForLock} from '../../source/engine-state/wait-for-lock.ts';
import {ownRecord} from '../../source/state/lock.ts';

const taken = {stateHash: 'none', journalHash: 'none', journalBytes: 0};
const held = {owner: {...ownRecord('apply'), host: 'bens-laptop'}};
const unknown = {owner: undefined};

type Answer = Awaited<ReturnType<Store['take']>>;

/** Gives these answers, the last one again and again. */
const storeOf = (...answers: readonly Answer[]): Pick<Store, 'take'> => {
	const waiting = [...answers];
	return {take: async () => (waiting.length > 1 ? waiting.shift()! : waiting[0]!)};
};

describe('a lock that another host has', () => {
	it('is refused at once with the holder', async () => {
		await expect(waitForLock(storeOf(held), {operation: 'apply'})).rejects.toMatchObject({
			exitCode: 3,
			message: expect.stringMatching(/`compartment apply` of .* on bens-laptop, since /),
		});
	});

	it('is refused when the holder is known, which a busy engine may take a while to write', async () => {
		const store = storeOf(...Array.from({length: 5}, () => unknown), held);
		await expect(waitForLock(store, {operation: 'apply'})).rejects.toThrow('bens-laptop');
	});

	it('is waited for, and said once to be waited for, with the holder', async () => {
		const onWait = vi.fn();
		const store = storeOf(unknown, held, held, taken);
		expect(await waitForLock(store, {operation: 'apply', waitMs: 60_000, onWait})).toEqual(taken);
		expect(onWait.mock.calls).toEqual([[expect.stringContaining('bens-laptop')]]);
	});
});
