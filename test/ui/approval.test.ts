import fc from 'fast-check';
import {expect, test} from 'vitest';
import {
	actionsToApprove,
	confirmationOf,
	dependenciesOf,
	dependentsOf,
	describeCounts,
	listOf,
	skippedBy,
	toggleAction,
} from '../../source/plan/approval.ts';
import {dataDeletion, firstDeploy, planOf} from './plans.ts';

const plan = firstDeploy();

test('direct and indirect dependents and dependencies are found, in plan order', () => {
	expect(dependentsOf(plan, 'network')).toEqual(['router', 'resource.db', 'service.api', 'service.web', 'routes']);
	expect(dependentsOf(plan, 'routes')).toEqual([]);
	expect(dependenciesOf(plan, 'service.web')).toEqual(['network', 'router', 'image.web']);
});

test('excluding an action names the dependents that are skipped too', () => {
	expect(toggleAction(plan, [], 'image.web')).toEqual({
		excluded: ['image.web'],
		message: 'service.web and routes skipped too: they depend on image.web',
	});
	expect(toggleAction(plan, ['image.web'], 'image.api').message).toBe('service.api skipped too: depends on image.api');
	expect(toggleAction(plan, [], 'routes').message).toBeUndefined();
});

test('including an action again includes its dependencies and dependents', () => {
	expect(toggleAction(plan, ['image.web'], 'image.web')).toEqual({
		excluded: [],
		message: 'service.web and routes included again too',
	});
	expect(toggleAction(plan, ['image.web', 'service.api'], 'service.web')).toEqual({
		excluded: ['service.api'],
		message: 'image.web included again too',
	});
});

test('whatever is toggled, nothing is applied without its dependencies', () => {
	const addresses = actionsToApprove(plan).map(action => action.address);
	fc.assert(
		fc.property(fc.array(fc.constantFrom(...addresses)), toggles => {
			let excluded: readonly string[] = [];
			for (const address of toggles) {
				const wasSkipped = skippedBy(plan, excluded).includes(address);
				excluded = toggleAction(plan, excluded, address).excluded;
				expect(skippedBy(plan, excluded).includes(address)).toBe(!wasSkipped);
			}
			const skipped = skippedBy(plan, excluded);
			for (const address of addresses.filter(each => !skipped.includes(each))) {
				expect(dependenciesOf(plan, address).filter(each => skipped.includes(each))).toEqual([]);
			}
		}),
	);
});

test("deleting one resource's data is confirmed with its name, more with the name of the project", () => {
	const deletion = dataDeletion();
	expect(confirmationOf(deletion, [])).toEqual({expected: 'production/db', addresses: ['volume.db.data']});
	expect(confirmationOf(deletion, ['volume.db.data'])).toBeUndefined();
	expect(confirmationOf({...deletion, mode: 'destroy'}, [])?.expected).toBe('notes');
	const [, , volume] = deletion.actions;
	const two = planOf([volume!, {...volume!, address: 'volume.cache.data'}]);
	expect(confirmationOf(two, [])?.expected).toBe('notes');
	expect(confirmationOf(plan, [])).toBeUndefined();
});

test('lists and counts read as prose', () => {
	expect(listOf(['a'])).toBe('a');
	expect(listOf(['a', 'b', 'c'])).toBe('a, b and c');
	expect(listOf(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 more');
	expect(describeCounts(dataDeletion().actions)).toBe('1 to update, 2 to delete');
	expect(describeCounts([])).toBe('nothing');
});
