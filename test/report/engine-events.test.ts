import {describe, expect, test} from 'vitest';
import type {EngineEvent} from '../../source/engine/engine.ts';
import {describeEvent, knownObjects} from '../../source/report/engine-events.ts';
import {newState} from '../../source/state/store.ts';

const state = {
	...newState({project: 'notes', environment: 'production'}),
	networks: {
		environment: {name: 'compartment-notes.production', subnet: '10.0.0.0/26'},
		mesh: {name: 'compartment-notes.production.mesh', subnet: '10.0.0.64/26'},
	},
	volumes: {'volume.db.data': {name: 'old_data', mountPath: '/data', createdAt: ''}},
	resources: {db: {name: 'db', containerId: 'adopted'} as never},
};
const known = knownObjects('notes', [state], 'compartment-router');

const labelled = (address: string, project = 'notes') => ({
	'compartment.project': project,
	'compartment.environment': 'production',
	'compartment.address': address,
	'compartment.deployment': 'dpl_1',
});

const event = (part: Partial<EngineEvent>): EngineEvent => ({
	at: 1000,
	object: 'container',
	action: 'start',
	id: 'abc',
	attributes: labelled('service.web'),
	...part,
});

const textOf = (part: Partial<EngineEvent>): string | undefined => {
	const own = describeEvent(event(part), known);
	return own && `${own.environment} ${own.object}: ${own.text} (${own.severity})`;
};

describe('what happened on the engine', () => {
	test('has a place and words', () => {
		expect(describeEvent(event({}), known)).toEqual({
			at: 1000,
			environment: 'production',
			object: 'service.web',
			deployment: 'dpl_1',
			text: 'started',
			severity: 'good',
		});
		expect(textOf({action: 'oom'})).toBe('production service.web: out of memory (bad)');
		expect(textOf({action: 'health_status: unhealthy'})).toBe('production service.web: is unhealthy (bad)');
		expect(textOf({action: 'kill', attributes: {...labelled('service.web'), signal: '15'}})).toContain('got SIGTERM');
	});

	test.each([
		['0', 'normal'],
		['143', 'normal'],
		['137', 'warning'],
		['1', 'bad'],
	])('an end with exit code %s is %s', (exitCode, severity) => {
		const attributes = {...labelled('service.web'), exitCode};
		expect(textOf({action: 'die', attributes})).toBe(
			`production service.web: ended, exit code ${exitCode} (${severity})`,
		);
	});

	test('is ours by labels, by the id of an adopted container, or by the name that a state records', () => {
		expect(textOf({id: 'adopted', attributes: {}})).toBe('production resource.db: started (good)');
		expect(textOf({object: 'volume', action: 'destroy', id: 'old_data', attributes: {}})).toBe(
			'production volume.db.data: removed (normal)',
		);
		const attributes = {name: 'compartment-notes.production', container: 'adopted'};
		expect(textOf({object: 'network', action: 'connect', attributes})).toBe(
			'production network: resource.db joined (normal)',
		);
		expect(
			textOf({object: 'network', action: 'create', attributes: {name: 'compartment-notes.production.mesh2'}}),
		).toBe('production mesh2: created (normal)');
		expect(textOf({attributes: {'compartment.router': 'true', name: 'compartment-router'}})).toContain('null router');
	});

	test.each([
		['a container of another project', {attributes: labelled('service.web', 'shop')}],
		['a container without labels', {attributes: {name: 'compartment-notes.production.web'}}],
		['another router', {attributes: {'compartment.router': 'true', name: 'other-router'}}],
		['a network of another project', {object: 'network', attributes: {name: 'compartment-notes-2.production'}}],
		['a volume of somebody', {object: 'volume', id: 'data', attributes: {}}],
		['an image', {object: 'image', action: 'pull', attributes: {name: 'nginx'}}],
	] as const)('is not ours: %s', (_, part) => {
		expect(textOf(part)).toBeUndefined();
	});

	test('leaves out what only repeats another event', () => {
		expect(textOf({object: 'volume', action: 'mount', id: 'old_data'})).toBeUndefined();
	});
});
