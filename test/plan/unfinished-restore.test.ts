import {describe, expect, it} from 'vitest';
import {renderHint} from '../../source/render-hint.ts';
import type {UnfinishedRestore} from '../../source/state/state.ts';
import {deployedWorld, planOf, type World} from './world.ts';

/** The shop, whose api is connected to db, and whose db is half restored. */
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
	it('blocks the services that connect to it, and names both ways out', () => {
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

	it('blocks no other service', () => {
		expect(blocks(halfRestored(inPlace, {services: ['web']}))).toEqual([]);
	});

	it('is not replaced', () => {
		const world = halfRestored(inPlace, {services: ['web'], replace: ['resource.db']});
		expect(blocks(world).map(({address}) => address)).toEqual(['resource.db']);
	});

	it('that is a new one can only be deleted', () => {
		const [block] = blocks(halfRestored({backup: 'rbak_1', preRestoreBackup: null}));
		expect(block?.unblock).toBe('compartment resource delete --resource db --delete-data');
	});

	it.each(['start', 'restart'] as const)('blocks %s', mode => {
		expect(blocks(halfRestored(inPlace, {mode})).map(({address}) => address)).toEqual(['resource.db']);
	});

	it('can be stopped and destroyed', () => {
		expect(blocks(halfRestored(inPlace, {mode: 'stop'}))).toEqual([]);
		expect(blocks(halfRestored(inPlace, {mode: 'destroy'}))).toEqual([]);
	});
});
