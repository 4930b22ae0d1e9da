import {expect, test} from 'vitest';
import {pendingText} from '../../source/dashboard/pending.ts';
import {variablesOf} from '../../source/dashboard/tabs/details.ts';
import {backupsOf} from '../../source/dashboard/tabs/history.ts';
import type {Project} from '../../source/descriptor/project.ts';
import type {Action} from '../../source/plan/plan.ts';
import {production} from '../ui/browse-data.ts';

const db = production.objects.find(({name}) => name === 'db')!;

test('commands to copy name the environment that is shown', () => {
	const project = {name: 'notes', services: [], resources: [], variables: []} as unknown as Project;
	const empty = (environment: string) => [
		backupsOf({state: undefined, environment}, 'db', 0),
		variablesOf({project, state: undefined, environment}, db),
	];
	for (const content of empty('qa')) expect(content).toMatchObject({empty: expect.stringContaining('--env qa')});
	for (const content of empty('production'))
		expect(content).toMatchObject({empty: expect.not.stringContaining('--env')});
});

const action = (address: string, part: Partial<Action> = {}): Action => ({
	address,
	object: 'service',
	kind: 'replace',
	reasons: ['changed'],
	changes: [],
	unchanged: 0,
	dependsOn: [],
	...part,
});

const files = (...names: readonly string[]): Action['changes'] =>
	names.map(name => ({name, before: {type: 'absent'}, after: {type: 'text', text: 'changed'}}));

test.each([
	['nothing', 'service.web', [action('service.api')], ''],
	[
		'changed files',
		'service.web',
		[action('image.web', {changes: files('source.a', 'source.b')}), action('service.web')],
		'~2f',
	],
	['a changed variable', 'service.web', [action('service.web', {changes: files('env.LEVEL')})], '+/-'],
	[
		'a new service',
		'service.web',
		[action('image.web', {kind: 'create'}), action('service.web', {kind: 'create'})],
		'+',
	],
	['a removed service', 'service.web', [action('service.web', {kind: 'delete'})], '-'],
	['a stop first', 'resource.db', [action('resource.db', {order: 'destroy-first'})], '-/+'],
	['a blocked resource', 'resource.db', [action('resource.db', {kind: 'blocked'})], '!'],
	['a service of the same name as a resource', 'resource.db', [action('image.db', {changes: files('source.a')})], ''],
])('%s is what an apply would do', (_, address, actions, text) => {
	expect(pendingText(actions, address)).toBe(text);
});
