import {expect, test} from 'vitest';
import {actionsToApprove, withoutSkipped} from '../../source/plan/approval.ts';
import {approvedAgain, rememberApproval} from '../../source/plan/approved-before.ts';
import type {Action, Plan} from '../../source/plan/plan.ts';
import {planOf} from '../ui/plans.ts';

const action = (address: string, part: Partial<Action> = {}): Action => ({
	address,
	object: 'service',
	kind: 'replace',
	reasons: ['source changed'],
	changes: [{name: 'image', before: 'a', after: 'b'} as never],
	unchanged: 3,
	dependsOn: [],
	...part,
});

const first = planOf([action('image.api'), action('service.api', {dependsOn: ['image.api']}), action('service.web')]);
const addressesOf = (plan: Plan | undefined) => plan && actionsToApprove(plan).map(({address}) => address);

test('what is left of an approved plan needs no second approval', () => {
	const left = planOf([action('service.api'), action('service.web', {kind: 'none', changes: []})]);
	expect(addressesOf(approvedAgain(left, rememberApproval(first, first)))).toEqual(['service.api']);
});

test('what was left out stays left out, with all that depends on it', () => {
	const before = rememberApproval(first, withoutSkipped(first, ['image.api', 'service.api']));
	expect(before.skipped).toEqual(['image.api', 'service.api']);
	expect(addressesOf(approvedAgain(first, before))).toEqual(['service.web']);
});

test('a new image of what was to be deployed needs no second approval, whichever file changed', () => {
	const image = (name: string) =>
		action(`image.${name}`, {object: 'image', kind: 'update', changes: [{name: 'source.other.js'} as never]});
	const before = rememberApproval(first, first);
	expect(addressesOf(approvedAgain(planOf([image('web'), action('service.web')]), before))).toEqual([
		'image.web',
		'service.web',
	]);
	expect(approvedAgain(planOf([image('new')]), before)).toBeUndefined();
});

test.each([
	['another object', action('service.new')],
	['another kind of action', action('service.web', {kind: 'delete'})],
	['the loss of data', action('service.web', {deletesData: true})],
	['another attribute', action('service.web', {changes: [{name: 'env.LEVEL', before: 'a', after: 'b'} as never]})],
	['a blocked action', action('service.web', {kind: 'blocked'})],
])('%s needs approval', (_, other) => {
	expect(approvedAgain(planOf([action('service.api'), other]), rememberApproval(first, first))).toBeUndefined();
});
