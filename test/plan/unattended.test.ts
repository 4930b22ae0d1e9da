import {expect, test} from 'vitest';
import {planInOneLine} from '../../source/output/plan/plan-line.ts';
import type {Action, Change} from '../../source/plan/plan.ts';
import {actionsToLookAt} from '../../source/plan/unattended.ts';
import {dataDeletion, firstDeploy, planOf} from '../ui/plans.ts';

const actionOf = (address: string, part: Partial<Action> = {}): Action => ({
	address,
	kind: 'replace',
	object: address.split('.')[0] as Action['object'],
	reasons: [],
	changes: [],
	unchanged: 0,
	dependsOn: [],
	...part,
});

const changed = (...files: readonly string[]): Change[] =>
	files.map(file => ({
		name: `source.${file}`,
		before: {type: 'text', text: 'a'},
		after: {type: 'text', text: 'b'},
	}));

const redeploy = [
	actionOf('image.web', {
		kind: 'update',
		changes: changed('src/a.ts', 'src/b.ts'),
		reasons: ['source changed: 2 files'],
	}),
	actionOf('release.web', {kind: 'run', reasons: ['image.web changes']}),
	actionOf('service.web', {order: 'create-first', reasons: ['source changed: 2 files', 'PORT changed']}),
	actionOf('service.old', {kind: 'delete', reasons: ['no longer in compartment.yml']}),
	actionOf('routes', {kind: 'update', reasons: ['1 rule changed']}),
];

const addresses = (actions: readonly Action[]) => actions.map(({address}) => address);

test('what only touches services runs without a look', () => {
	expect(addresses(actionsToLookAt(planOf(redeploy)))).toEqual([]);
});

test.each([
	actionOf('resource.db', {order: 'destroy-first'}),
	actionOf('resource.db', {kind: 'create'}),
	actionOf('volume.web.files', {kind: 'delete', deletesData: true}),
	actionOf('volume.db.data', {kind: 'create'}),
	actionOf('network'),
	actionOf('router', {kind: 'update'}),
	actionOf('service.web', {deletesData: true}),
	actionOf('service.web', {kind: 'adopt'}),
	actionOf('certificate.notes.example.com', {kind: 'create'}),
])('$kind $address has to be looked at', action => {
	expect(addresses(actionsToLookAt(planOf([...redeploy, action, actionOf('volume.x', {kind: 'none'})])))).toEqual([
		action.address,
	]);
});

test('a plan in one line names services first, with the first file that changed', () => {
	expect(planInOneLine(planOf([...redeploy].reverse()))).toBe(
		'- old  no longer in compartment.yml, +/- web  source changed (2 files: src/a.ts …), ~ routes  1 rule changed',
	);
	expect(planInOneLine(dataDeletion())).toBe(
		'~ api  API_KEY changed, - resource.db  no longer in compartment.yml, - volume.db.data  no longer in compartment.yml',
	);
	expect(planInOneLine(firstDeploy())).toContain('+ web  no deployment is active, + network');
	expect(planInOneLine(planOf([]))).toBe('');
});
