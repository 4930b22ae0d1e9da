import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {ObservedContainer} from '../../source/engine/engine.ts';
import {withoutSkipped} from '../../source/plan/approval.ts';
import type {PlanInput} from '../../source/plan/input.ts';
import {countActions, hasChanges, type Plan} from '../../source/plan/plan.ts';
import {findCycle} from '../imports.ts';
import {situations} from './situations.ts';
import {deployedWorld, edited, newImage, planOf, type World, withInput} from './world.ts';

const kinds = ['web', 'api', 'static', 'worker', 'job', 'cron'] as const;

const service = fc.record({
	kind: fc.constantFrom(...kinds),
	level: fc.constantFrom('info', 'debug'),
	isConnected: fc.boolean(),
	volume: fc.constantFrom('', '', '/data', '/other', '{path: /data, exclusive: true}'),
});

const serviceNames = ['web', 'api', 'jobs', 'extra'] as const;
const services = fc
	.dictionary(fc.constantFrom(...serviceNames), service, {minKeys: 1, noNullPrototype: true})
	.map(entries => Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));

type Services = readonly [string, {kind: string; level: string; isConnected: boolean; volume: string}][];

const write = (list: Services, hasDatabase: boolean): string => {
	const lines = list.map(([name, {kind, level, isConnected, volume}]) => {
		const isRun = kind === 'job' || kind === 'cron';
		const mounted = isRun && volume !== '' ? '/data' : volume;
		const volumes = mounted === '' || kind === 'static' ? '' : `, volumes: {data: ${mounted}}`;
		const connections = isConnected && hasDatabase ? ', connections: {db: {env: {DB: user}}}' : '';
		const schedule = kind === 'cron' ? ', schedule: {interval: daily}' : '';
		const output = kind === 'static' ? ', build: {outputDirectory: dist}' : '';
		return `  ${name}: {path: ${name}, kind: ${kind}, env: {LEVEL: ${level}}${connections}${schedule}${output}${volumes}}`;
	});
	const database = [
		'resources:',
		'  db: {image: db, env: {USER: a}, volumes: {data: /data}, outputs: {user: {sensitive: false, value: "${env.USER}"}}}',
	];
	return ['name: shop', 'services:', ...lines, ...(hasDatabase ? database : []), ''].join('\n');
};

const containerChange: fc.Arbitrary<(container: ObservedContainer) => ObservedContainer[]> = fc.constantFrom(
	(container: ObservedContainer) => [container],
	(container: ObservedContainer) => [container],
	() => [],
	(container: ObservedContainer) => [{...container, state: 'exited' as const, status: 'Exited (1)'}],
	(container: ObservedContainer) => [{...container, state: 'paused' as const}],
	(container: ObservedContainer) => [{...container, networks: {}}],
);

const request: fc.Arbitrary<Partial<PlanInput>> = fc.record(
	{
		router: fc.constantFrom('missing', 'running', 'stopped'),
		services: fc.option(fc.subarray([...serviceNames], {minLength: 1})),
		replace: fc.subarray(['service.web', 'resource.db']),
		isHold: fc.boolean(),
		mode: fc.constantFrom('apply', 'apply', 'apply', 'destroy', 'refresh-only', 'stop', 'start', 'restart'),
		deleteData: fc.boolean(),
		isRouterShared: fc.boolean(),
	},
	{requiredKeys: []},
);

/** A deployed environment after arbitrary edits and outside changes. */
const anyWorld: fc.Arbitrary<World> = fc
	.record({
		before: services,
		after: services,
		hadDatabase: fc.boolean(),
		hasDatabase: fc.boolean(),
		changes: fc.array(containerChange, {minLength: 5, maxLength: 5}),
		hasNetworks: fc.boolean(),
		hasVolumes: fc.boolean(),
		rebuilt: fc.subarray([...serviceNames]),
		request,
	})
	.map(({before, after, hadDatabase, hasDatabase, changes, hasNetworks, hasVolumes, rebuilt, request}) => {
		const world = edited(deployedWorld(write(before, hadDatabase), null), write(after, hasDatabase), null);
		const {observed, images} = world.input;
		return withInput(world, {
			...request,
			observed: {
				containers: observed.containers.flatMap((container, index) => changes[index % changes.length]!(container)),
				networks: hasNetworks ? observed.networks : [],
				volumes: hasVolumes ? observed.volumes : [],
			},
			images: images.map(found =>
				rebuilt.some(name => name === found.planned.service)
					? newImage(found.planned.service, ['source changed: 1 file'])
					: found,
			),
		});
	});

function expectConsistent({actions, drift}: Plan): void {
	const addresses = actions.map(({address}) => address);
	expect(new Set(addresses).size).toBe(addresses.length);
	const busy = new Set(actions.filter(({kind}) => kind !== 'none').map(({address}) => address));
	for (const {address, kind, order, reasons, dependsOn, unblock, deletesData} of actions) {
		expect(dependsOn.filter(other => !busy.has(other) || other === address)).toEqual([]);
		expect(reasons.length > 0 && reasons.every(reason => reason.trim() !== '')).toBe(kind !== 'none');
		expect(order !== undefined).toBe(kind === 'replace');
		expect(unblock !== undefined && unblock !== '').toBe(kind === 'blocked');
		if (deletesData) expect([kind, address.split('.')[0]]).toEqual(['delete', 'volume']);
	}
	expect(findCycle(new Map(actions.map(({address, dependsOn}) => [address, dependsOn])))).toBeUndefined();
	expect(drift.every(({address, message}) => address !== '' && message !== '')).toBe(true);
}

describe('every plan', () => {
	it.each(Object.entries(situations))('is consistent for %s', (_, world) => {
		expectConsistent(planOf(world));
	});

	it('is consistent after arbitrary edits and outside changes', () => {
		fc.assert(
			fc.property(anyWorld, world => expectConsistent(planOf(world))),
			{numRuns: 400},
		);
	});

	it('is the same for the same input', () => {
		fc.assert(
			fc.property(anyWorld, world => {
				expect(planOf(structuredClone(world))).toEqual(planOf(world));
			}),
			{numRuns: 50},
		);
	});

	it('deletes no volume without deleteData', () => {
		fc.assert(
			fc.property(anyWorld, world => {
				const {actions} = planOf(world, {deleteData: false});
				expect(actions.filter(({object, kind}) => object === 'volume' && kind === 'delete')).toEqual([]);
				expect(actions.some(({deletesData}) => deletesData)).toBe(false);
			}),
			{numRuns: 100},
		);
	});

	it('has no action and no drift for an unchanged environment', () => {
		fc.assert(
			fc.property(services, fc.boolean(), (list, hasDatabase) => {
				const plan = planOf(deployedWorld(write(list, hasDatabase), null));
				expect(plan.actions.filter(({kind}) => kind !== 'none')).toEqual([]);
				expect(plan.drift).toEqual([]);
				expect(hasChanges(plan)).toBe(false);
			}),
			{numRuns: 60},
		);
	});

	it('has no action for services that are not selected', () => {
		fc.assert(
			fc.property(anyWorld, fc.constantFrom(...serviceNames), (world, chosen) => {
				const {actions} = planOf(world, {services: [chosen], mode: 'apply'});
				const touched = actions.filter(
					({object, kind, address}) =>
						(object === 'service' || object === 'image') && kind !== 'none' && !address.endsWith(`.${chosen}`),
				);
				expect(touched).toEqual([]);
			}),
			{numRuns: 100},
		);
	});

	it('has counts that add up to its number of actions', () => {
		fc.assert(
			fc.property(anyWorld, world => {
				const {actions} = planOf(world);
				const total = Object.values(countActions(actions)).reduce((sum, count) => sum + count, 0);
				expect(total).toBe(actions.length);
			}),
			{numRuns: 50},
		);
	});
});

describe('withoutSkipped', () => {
	it('turns the deselected action into none and keeps all others', () => {
		fc.assert(
			fc.property(anyWorld, fc.nat(), (world, pick) => {
				const plan = planOf(world);
				fc.pre(plan.actions.length > 0);
				const {address} = plan.actions[pick % plan.actions.length]!;
				const rest = withoutSkipped(plan, [address]);
				expect(rest.actions.map(action => action.address)).toEqual(plan.actions.map(action => action.address));
				for (const [index, action] of rest.actions.entries()) {
					const previous = plan.actions[index]!;
					expect(action.kind).toBe(action.address === address ? 'none' : previous.kind);
					expect(action.dependsOn).toEqual(previous.dependsOn.filter(other => other !== address));
				}
			}),
			{numRuns: 100},
		);
	});

	it('returns the same plan when nothing is deselected', () => {
		const plan = planOf(deployedWorld());
		expect(withoutSkipped(plan, [])).toBe(plan);
	});
});
