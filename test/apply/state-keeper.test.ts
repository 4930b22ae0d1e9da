import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {keepState} from '../../source/apply/state-keeper.ts';
import type {State} from '../../source/state/state.ts';
import {statePath} from '../../source/state/state-file.ts';
import {readState} from '../../source/state/store.ts';
import {emptyState, environmentDirectory, plainVariable} from '../state/fixtures.ts';

const withVariable =
	(key: string) =>
	(state: State): State => ({...state, variables: [...state.variables, plainVariable(key, key)]});

const keysOf = (state: State | undefined) => state?.variables.map(({key}) => key);

describe('the state keeper', () => {
	it('combines simultaneous changes into one write, in order', async () => {
		const directory = environmentDirectory();
		const keeper = keepState(directory, emptyState(), true);
		const written = await Promise.all(['A', 'B', 'C'].map(key => keeper.update(withVariable(key))));
		expect(keysOf(await readState(directory))).toEqual(['A', 'B', 'C']);
		expect(written.map(({serial}) => serial)).toEqual([1, 1, 1]);
		await keeper.update(withVariable('D'));
		expect(await readState(directory)).toEqual(keeper.current());
		expect(keeper.current().serial).toBe(2);
	});

	it('resolves only when the change is on disk, even while others wait', async () => {
		const directory = environmentDirectory();
		const keeper = keepState(directory, emptyState(), true);
		const first = keeper.update(withVariable('A')).then(async () => keysOf(await readState(directory)));
		await new Promise(setImmediate);
		const second = keeper.update(withVariable('B')).then(async () => keysOf(await readState(directory)));
		expect(await first).toContain('A');
		expect(await second).toEqual(['A', 'B']);
	});

	it('skips a change that throws and rejects only its caller', async () => {
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

	it('rejects every caller of a failed write and keeps the previous state', async () => {
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
