import {describe, expect, it} from 'vitest';
import {copyVariables, missingVariables} from '../../source/backup/copy-variables.ts';
import {
	definitionOf,
	knownResource,
	operationHash,
	resourceNamed,
	runtimeHash,
} from '../../source/backup/definition.ts';
import {backupOutlooks} from '../../source/backup/run-due.ts';
import {describeDesired} from '../../source/model/desired.ts';
import type {VariableScope} from '../../source/model/values.ts';
import {volumesOf} from '../../source/model/volumes.ts';
import type {Backup} from '../../source/state/backup.ts';
import type {ResourceRecord, State, Variable} from '../../source/state/state.ts';
import {newState} from '../../source/state/store.ts';
import {commandOf, db, read} from '../descriptor/support.ts';
import {backupRecord} from './backup-record.ts';

const project = read(db('{preset: postgres}'));
const scope: VariableScope = {type: 'resource', name: 'db'};
const stamp = {source: 'generated', revision: 'r1', updatedAt: '2026-03-01T00:00:00Z'} as const;
const secret: Variable = {scope, key: 'POSTGRES_PASSWORD', ...stamp, isSensitive: true, ciphertext: 'c2VjcmV0'};
const plain: Variable = {scope, key: 'TZ', ...stamp, isSensitive: false, value: 'UTC'};

function stateOf(text = db('{preset: postgres}')): State {
	const variables = [secret, plain];
	const desired = describeDesired({
		project: read(text),
		environment: 'production',
		variables,
		baseDomain: 'localhost',
		volumes: {},
	});
	const {name, spec, containerName, restart, readiness} = desired.resources[0]!;
	const record: ResourceRecord = {
		...{name, spec, containerName, restart, readiness},
		imageId: 'sha256:1',
		containerId: 'c1',
		status: 'running',
		updatedAt: '2026-03-01T00:00:00Z',
	};
	return {...newState({project: 'app', environment: 'production'}), variables, resources: {db: record}};
}

describe('the definition in a backup', () => {
	const definition = definitionOf(knownResource(project, stateOf().resources['db']!));

	it('contains everything to create the resource again, and no secret', () => {
		expect(JSON.stringify(definition)).not.toContain(secret.isSensitive && secret.ciphertext);
		expect(definition.spec.env['POSTGRES_PASSWORD']).toEqual({
			type: 'secret',
			scope,
			key: 'POSTGRES_PASSWORD',
			revision: 'r1',
		});
		expect(definition).toMatchObject({
			restart: 'unless-stopped',
			readiness: {port: 5432},
			spec: {volumes: {data: expect.any(String)}},
		});
		expect(Object.keys(definition.outputs)).toContain('connection-url');
		expect(definition.operations.restore).toBeDefined();
	});

	it('makes a resource under another name, with its own host, volumes and variables', () => {
		const copy = resourceNamed('db-copy', definition, stateOf());
		expect(copy.spec.hostname).toBe('db-copy.production.app.resource.internal');
		expect(copy.containerName).toBe('compartment-app.production.resource.db-copy');
		expect(copy.spec.env['POSTGRES_PASSWORD']).toEqual({
			...{type: 'secret', scope: {type: 'resource', name: 'db-copy'}},
			...{key: 'POSTGRES_PASSWORD', revision: null},
		});
		expect(volumesOf(stateOf(), copy).map(({name, address}) => [name, address])).toEqual([
			['compartment-app.production.resource.db-copy.data', 'volume.db-copy.data'],
		]);
	});

	it('has a hash of the container and one of the commands', () => {
		const hashes = (text: string) => {
			const changed = knownResource(read(text), stateOf(text).resources['db']!);
			return [runtimeHash(changed) === runtimeHash(definition), operationHash(changed) === operationHash(definition)];
		};
		const full = (more: string) =>
			db(`{image: postgres:16-alpine, operations: {backup: {command: dump${more}}, restore: {command: load}}}`);
		expect(hashes(db('{preset: postgres}'))).toEqual([true, true]);
		expect(hashes(db('{preset: postgres, env: {POSTGRES_DB: shop}}'))).toEqual([false, true]);
		const operations = (text: string) => operationHash(knownResource(read(text), stateOf(text).resources['db']!));
		expect(operations(full(', schedule: {interval: daily}'))).toBe(operations(full('')));
		expect(operations(full(', env: {LEVEL: high}'))).not.toBe(operations(full('')));
		expect(operations(full(', image: tools:1'))).not.toBe(operations(full('')));
	});

	it('names the values that are missing and cannot be generated', () => {
		const state = stateOf();
		expect(missingVariables(state, definition)).toEqual([]);
		expect(missingVariables({...state, variables: []}, definition)).toEqual([]);
		expect(missingVariables({...state, variables: []}, {...definition, generatedVariables: {}})).toEqual([
			'POSTGRES_PASSWORD',
		]);
	});
});

it('a resource that is no longer in compartment.yml keeps its recorded declaration', () => {
	const record = stateOf().resources['db']!;
	const declared = {generatedVariables: {}, outputs: {}, operations: {backup: {command: 'dump', env: {}}}};
	const without = read('name: app\nservices: {web: .}\n');
	expect(commandOf(knownResource(without, {...record, declared}).operations.backup)).toBe('dump');
	expect(knownResource(without, record).operations).toEqual({});
	expect(commandOf(knownResource(project, {...record, declared}).operations.backup)).toContain('pg_dump');
});

it('copied variables keep their values, and plain ones stay plain', async () => {
	const secrets = {
		readCiphertext: async () => 'hunter22',
		resolveEnv: async () => ({}),
		readAll: async () => undefined,
		mask: (text: string) => text,
	};
	process.env['COMPARTMENT_PASSPHRASE'] = 'a passphrase for this test alone';
	try {
		const copied = await copyVariables(stateOf(), secrets, 'db', 'db-copy');
		const own = copied.variables.filter(
			variable => variable.scope.type === 'resource' && variable.scope.name === 'db-copy',
		);
		expect(own.map(({key, isSensitive, source}) => [key, isSensitive, source])).toEqual([
			['POSTGRES_PASSWORD', true, 'generated'],
			['TZ', false, 'generated'],
		]);
		expect(own[0]).not.toMatchObject({ciphertext: 'c2VjcmV0'});
		expect(own[1]).toMatchObject({value: 'UTC'});
		expect(copied.variables).toHaveLength(4);
	} finally {
		delete process.env['COMPARTMENT_PASSPHRASE'];
	}
});

describe('due resources', () => {
	const now = Date.parse('2026-03-02T12:00:00Z');
	const dueResources = (...given: Parameters<typeof backupOutlooks>) =>
		backupOutlooks(...given).flatMap(({resource, due}) => (due === undefined ? [] : resource));
	const backup = (createdAt: string, changes: Partial<Backup> = {}): Backup =>
		backupRecord({purpose: 'scheduled', status: 'succeeded', createdAt, ...changes});

	it('are those without a scheduled backup, failed or not, since the last occurrence', () => {
		expect(dueResources(project, stateOf(), now)).toEqual(['db']);
		const today = '2026-03-02T06:00:00Z';
		expect(dueResources(project, {...stateOf(), backups: [backup(today)]}, now)).toEqual([]);
		expect(dueResources(project, {...stateOf(), backups: [backup(today, {status: 'failed'})]}, now)).toEqual([]);
		expect(dueResources(project, {...stateOf(), backups: [backup(today, {purpose: 'manual'})]}, now)).toEqual(['db']);
		expect(dueResources(project, {...stateOf(), backups: [backup(today, {resource: 'other'})]}, now)).toEqual(['db']);
		expect(dueResources(read(db('{image: x}')), stateOf(), now)).toEqual([]);
	});
});
