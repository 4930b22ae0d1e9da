import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {keepState} from '../../source/apply/state-keeper.ts';
import type {State} from '../../source/state/state.ts';
import {readState, statePath} from '../../source/state/store.ts';
import {emptyState, environmentDirectory, plainVariable} from '../state/fixtures.ts';

const withVariable =
	(key: string) =>
	(state: State): State => ({...state, variables: [...state.variables, plainVariable(key, key)]});

const keysOf = (state: State | undefined) => state?.variables.map(({key}) => key);

describe('the keeper of a state', () => {
	it('writes changes of the same moment at once, in their order', async () => {
		const directory = environmentDirectory();
		const keeper = keepState(directory, emptyState(), true);
		const written = await Promise.all(['A', 'B', 'C'].map(key => keeper.update(withVariable(key))));
		expect(keysOf(await readState(directory))).toEqual(['A', 'B', 'C']);
		expect(written.map(({serial}) => serial)).toEqual([1, 1, 1]);
		await keeper.update(withVariable('D'));
		expect(await readState(directory)).toEqual(keeper.current());
		expect(keeper.current().serial).toBe(2);
	});

	it('has a change on disk when it says so, also while others wait', async () => {
		const directory = environmentDirectory();
		const keeper = keepState(directory, emptyState(), true);
		const first = keeper.update(withVariable('A')).then(async () => keysOf(await readState(directory)));
		await new Promise(setImmediate);
		const second = keeper.update(withVariable('B')).then(async () => keysOf(await readState(directory)));
		expect(await first).toContain('A');
		expect(await second).toEqual(['A', 'B']);
	});

	it('leaves out a change that fails and tells only its caller', async () => {
		const directory = environmentDirectory();
		const keeper = keepState(directory, emptyState(), true);
		const outcomes = await Promise.allSettled([
			keeper.update(withVariable('A')),
			keeper.update(() => {
				throw new Error('no such deployment');
			}),
			keeper.update(withVariable('B')),
		]);
		expect(outcomes.map(({status}) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
		expect(keysOf(await readState(directory))).toEqual(['A', 'B']);
	});

	it('tells every caller of a write that failed, and keeps what was there', async () => {
		const directory = environmentDirectory();
		const keeper = keepState(directory, emptyState(), true);
		await keeper.update(withVariable('A'));
		const good = readFileSync(statePath(directory));
		writeFileSync(statePath(directory), '{');
		const outcomes = await Promise.allSettled([keeper.update(withVariable('B')), keeper.update(withVariable('C'))]);
		expect(outcomes.map(({status}) => status)).toEqual(['rejected', 'rejected']);
		expect(keysOf(keeper.current())).toEqual(['A']);
		rmSync(statePath(directory));
		writeFileSync(statePath(directory), good, {mode: 0o600});
		await keeper.update(withVariable('D'));
		expect(keysOf(await readState(directory))).toEqual(['A', 'D']);
	});
});
