import {describe, expect, it} from 'vitest';
import {renderHint} from '../../source/render-hint.ts';
import type {UnfinishedRestore} from '../../source/state/state.ts';
import {deployedWorld, planOf, type World} from './world.ts';

/** The shop with a half-restored db, to which its api connects. */
function halfRestored(restore: UnfinishedRestore, changes: Partial<World['input']> = {}): World {
	const world = deployedWorld();
	const {state} = world.input;
	const db = {...state.resources['db']!, status: 'restore-incomplete', restore} as const;
	return {...world, input: {...world.input, ...changes, state: {...state, resources: {db}}}};
}

const inPlace = {backup: 'rbak_1', preRestoreBackup: 'rbak_2'};
const restore = (id: string) => `compartment resource backup restore --resource db --backup ${id} --yes`;
const blocks = (world: World) =>
	planOf(world).actions.flatMap(({kind, address, reasons, unblock}) =>
		kind === 'blocked'
			? [{address, reason: reasons[0], unblock: renderHint(unblock!, {environment: 'production'})}]
			: [],
	);

describe('a half-restored resource', () => {
	it('blocks services that connect to it, with commands to finish or undo the restore', () => {
		expect(blocks(halfRestored(inPlace))).toEqual([
			{
				address: 'service.api',
				reason: 'The restore of backup rbak_1 into resource db did not finish.',
				unblock: `${restore('rbak_1')}, or ${restore('rbak_2')}   # as it was before`,
			},
		]);
		expect(
			planOf(halfRestored(inPlace))
				.warnings.map(warning => renderHint(warning, {environment: 'production'}))
				.join(),
		).toContain(restore('rbak_2'));
	});

	it('does not block other services', () => {
		expect(blocks(halfRestored(inPlace, {services: ['web']}))).toEqual([]);
	});

	it('blocks its own replacement', () => {
		const world = halfRestored(inPlace, {services: ['web'], replace: ['resource.db']});
		expect(blocks(world).map(({address}) => address)).toEqual(['resource.db']);
	});

	it('without a pre-restore backup can only be deleted', () => {
		const [block] = blocks(halfRestored({backup: 'rbak_1', preRestoreBackup: null}));
		expect(block?.unblock).toBe('compartment resource delete --resource db --delete-data');
	});

	it.each(['start', 'restart'] as const)('blocks the mode %s', mode => {
		expect(blocks(halfRestored(inPlace, {mode})).map(({address}) => address)).toEqual(['resource.db']);
	});

	it('can be stopped and destroyed', () => {
		expect(blocks(halfRestored(inPlace, {mode: 'stop'}))).toEqual([]);
		expect(blocks(halfRestored(inPlace, {mode: 'destroy'}))).toEqual([]);
	});
});
