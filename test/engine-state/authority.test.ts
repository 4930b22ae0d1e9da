import {expect, it} from 'vitest';
import {createAuthority} from '../../source/engine-state/authority.ts';
import type {Store} from '../../source/engine-state/store.ts';

function open() {
	const sent: string[] = [];
	const send = async (command: string) => {
		sent.push(command);
		return 'ok';
	};
	const authority = createAuthority({send} as Partial<Store> as Store, {
		stateHash: 'none',
		journalHash: 'none',
		journalBytes: 0,
	});
	return {authority, sent};
}

it('the lock is reserved only while the router may be replaced', async () => {
	const {authority, sent} = open();
	expect(await authority.aside(async () => [...sent])).toEqual(['reserve 60']);
	// A kill from now on frees the lock at once.
	expect(sent).toEqual(['reserve 60', 'reserve 0']);
});

it('a failure of what was reserved for is not replaced by another', async () => {
	const {authority, sent} = open();
	await expect(authority.aside(() => Promise.reject(new Error('no such image')))).rejects.toThrow('no such image');
	expect(sent).toEqual(['reserve 60']);
});
