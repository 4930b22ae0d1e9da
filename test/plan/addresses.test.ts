import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Observed} from '../../source/engine/engine.ts';
import {firstFree} from '../../source/engine/memory-addresses.ts';
import {command} from '../../source/hint.ts';
import {labelsOf} from '../../source/model/labels.ts';
import {environmentNetworkName, meshNetworkName} from '../../source/model/names.ts';
import {dynamicRange, hasRoom, pickAddress, roomOf, type Subnet, sizeFor} from '../../source/model/subnets.ts';
import {requiredAddresses, wantedAddresses} from '../../source/plan/addresses.ts';
import {createPlan} from '../../source/plan/create-plan.ts';
import type {PlanInput} from '../../source/plan/input.ts';
import type {Action, Plan} from '../../source/plan/plan.ts';
import {renderHint} from '../../source/render-hint.ts';
import type {Deployment, State} from '../../source/state/state.ts';
import {emptyWorld} from './world.ts';

type Counts = {
	/** Active services without a change, active services with one, new services. */
	readonly kept: number;
	readonly changed: number;
	readonly added: number;
	readonly jobs: number;
	readonly resources: number;
	readonly releases: number;
	/** Held candidates of changed services. */
	readonly held: number;
	/** Prefix length of the existing networks; null before they are created. */
	readonly prefix: number | null;
};

const none: Counts = {kept: 0, changed: 0, added: 0, jobs: 0, resources: 0, releases: 0, held: 0, prefix: null};
const names = (what: string, count: number): string[] => Array.from({length: count}, (_, index) => `${what}${index}`);
const names3 = ({kept, changed, added}: Counts) => ({
	kept: names('kept', kept),
	changed: names('changed', changed),
	added: names('added', added),
});

function descriptorOf(counts: Counts): string {
	const {kept, changed, added} = names3(counts);
	const release = (index: number) => (index < counts.releases ? ', release: {command: "true"}' : '');
	return [
		'name: shop',
		'services:',
		...kept.map(name => `  ${name}: {image: app, kind: api}`),
		...[...changed, ...added].map((name, index) => `  ${name}: {image: app, kind: api, env: {A: b}${release(index)}}`),
		...names('job', counts.jobs).map(name => `  ${name}: {image: app, kind: job}`),
		...(counts.resources > 0 ? ['resources:'] : []),
		...names('db', counts.resources).map(name => `  ${name}: {image: db}`),
		'',
	].join('\n');
}

const image = (service: string) => ({service, key: 'k', builder: 'prebuilt', reference: 'app', imageId: 'sha256:app'});

/** An environment with these counts, and a descriptor that changes it. */
function inputOf(counts: Counts): PlanInput {
	const {kept, changed} = names3(counts);
	const {input} = emptyWorld(descriptorOf(counts), null);
	const {desired, state: empty} = input;
	const networks = {
		environment: {name: environmentNetworkName('shop', 'production'), subnet: `10.0.0.0/${counts.prefix}`},
		mesh: {name: meshNetworkName('shop', 'production'), subnet: `10.1.0.0/${counts.prefix}`},
	};
	const taken = new Set<string>();
	const deploymentOf = (id: string, service: string, parts: Partial<Deployment>): Deployment => {
		const address = counts.prefix === null ? undefined : pickAddress(networks.environment, taken);
		if (address) taken.add(address);
		const {spec} = desired.services.find(({name}) => name === service)!;
		return {
			...{id, run: 'run_1', service, kind: 'api', status: 'succeeded', stage: 'active', type: 'deploy', routes: []},
			...{imageId: 'sha256:app', imageReference: 'app', imageKey: 'k', containerName: id, containerId: id, address},
			...{port: 80, createdAt: '2026-01-01T00:00:00.000Z'},
			spec: service.startsWith('changed') ? {...spec, env: {}} : spec,
			...parts,
		} as Deployment;
	};
	const serving = [...kept, ...changed].map(service => deploymentOf(`dpl_${service}`, service, {}));
	const held = changed
		.slice(0, counts.held)
		.map(service => deploymentOf(`dplx_${service}`, service, {status: 'running', stage: 'candidate', isHeld: true}));
	const state: State = {
		...empty,
		networks: counts.prefix === null ? null : networks,
		deployments: Object.fromEntries([...serving, ...held].map(deployment => [deployment.id, deployment])),
		active: Object.fromEntries(serving.map(({service, id}) => [service, id])),
	};
	const object = {lineage: state.lineage, project: 'shop', environment: 'production'};
	const observed: Observed = {
		containers: [...serving, ...held].map(({id, service, address}) => ({
			...{id, name: id, state: 'running', status: 'Up', imageId: 'sha256:app', createdAt: 0},
			labels: labelsOf({...object, address: `service.${service}`, deployment: id}),
			networks: {[networks.environment.name]: address ?? '', [networks.mesh.name]: ''},
		})) as Observed['containers'],
		networks:
			counts.prefix === null
				? []
				: Object.values(networks).map(({name, subnet}) => ({
						...{id: name, name, subnet},
						labels: labelsOf({...object, address: 'network'}),
					})),
		volumes: [],
	};
	const images = desired.services.map(({name}) => ({planned: image(name), reasons: [], files: []}));
	const pool = {cidr: '10.0.0.0/8', prefix: 26, routerPrefix: 29, used: []};
	return {...input, state, observed, images, pool, router: 'running'};
}

const networkOf = ({actions}: Plan) => actions.find(({address}) => address === 'network')!;

const counts: fc.Arbitrary<Counts> = fc.record({
	kept: fc.nat(40),
	changed: fc.nat(40),
	added: fc.nat(40),
	jobs: fc.integer({min: 1, max: 20}),
	resources: fc.nat(70),
	releases: fc.nat(40),
	held: fc.nat(20),
	prefix: fc.option(fc.integer({min: 24, max: 27}), {nil: null}),
});

/** Assigns an address to everything that runs at once, as an apply and the engine do. */
function allocate(network: Subnet, inUse: readonly string[], starting: number, handedOut: number): boolean {
	const fixed = new Set(inUse);
	for (let index = 0; index < starting; index++) {
		const address = pickAddress(network, fixed);
		if (address === undefined) return false;
		fixed.add(address);
	}
	const dynamic = new Set<string>();
	const range = network.addressRange ?? dynamicRange(network.subnet, Number(network.subnet.split('/')[1]) + 1);
	for (let index = 0; index < handedOut; index++) {
		const address = firstFree(network.subnet, range, dynamic);
		if (address === undefined) return false;
		dynamic.add(address);
	}
	return true;
}

/** The network that an apply makes for a plan. */
function madeFor({desired, pool}: PlanInput, which: 'environment' | 'mesh' = 'environment'): Subnet {
	const {prefix, rangePrefix} = sizeFor(wantedAddresses(desired)[which], pool.prefix);
	const subnet = `10.0.0.0/${prefix}`;
	return {subnet, addressRange: dynamicRange(subnet, rangePrefix)};
}

const shown = ({unblock}: Action): string => renderHint(unblock!, {environment: 'production'});

describe('addresses of an environment', () => {
	it('suffice for everything that an unblocked plan runs at once', () => {
		fc.assert(
			fc.property(counts, given => {
				// Without networks nothing can be active.
				const fits = given.prefix === null ? {...given, kept: 0, changed: 0, held: 0} : given;
				const serving = fits.kept + fits.changed + Math.min(fits.held, fits.changed);
				if (fits.prefix !== null && serving > 2 ** (31 - fits.prefix) - 2) return;
				const input = inputOf(fits);
				const plan = createPlan(input);
				const {kind} = networkOf(plan);
				if (kind === 'blocked') return;
				const isNew = kind !== 'none';
				const network = isNew ? madeFor(input) : {subnet: `10.0.0.0/${fits.prefix}`};
				const inUse = isNew ? [] : Object.values(input.state.deployments).flatMap(({address}) => address ?? []);
				const starting = plan.deployments.filter(({kind: what}) => what === 'api').length;
				const releases = plan.deployments.filter(({release}) => release).length;
				const others = input.desired.resources.length + releases + 1;
				expect(allocate(network, inUse, starting, others)).toBe(true);
				// What is replaced is too small for the plan without it.
				if (kind !== 'replace') return;
				const needed = fits.kept + 2 * fits.changed + fits.added + Math.min(fits.held, fits.changed);
				const room = roomOf({subnet: `10.0.0.0/${fits.prefix}`});
				const released = Math.min(fits.releases, fits.changed + fits.added);
				expect(needed > room.fixed || fits.resources + released + 1 > room.handedOut).toBe(true);
				expect(starting).toBe(fits.kept + fits.changed + fits.added);
			}),
			{numRuns: 100},
		);
	});

	it('suffice for a first deploy and a switch of all services in the networks made for them', () => {
		fc.assert(
			fc.property(counts, given => {
				const made = inputOf({...given, kept: 0, changed: 0, held: 0, prefix: null});
				expect(networkOf(createPlan(made)).kind).toBe('create');
				const required = requiredAddresses(made.desired);
				for (const which of ['environment', 'mesh'] as const)
					expect(hasRoom(madeFor(made, which), required[which])).toBe(true);
				expect(required.environment.fixed).toBe(2 * given.added);
			}),
			{numRuns: 30},
		);
	});

	it('leave room to grow by a third, and at least by eight', () => {
		const {desired} = inputOf({...none, added: 60, resources: 3});
		expect(wantedAddresses(desired)).toEqual({
			environment: {fixed: 160, handedOut: 86},
			mesh: {fixed: 160, handedOut: 80},
		});
		expect(madeFor(inputOf({...none, added: 60, resources: 3}))).toEqual({
			subnet: '10.0.0.0/23',
			addressRange: '10.0.1.0/24',
		});
		expect(wantedAddresses(inputOf({...none, added: 1}).desired).environment).toEqual({fixed: 10, handedOut: 10});
	});

	it('are fixed for routed services only', () => {
		const {input} = emptyWorld('name: shop\nservices: {web: {image: app}, mail: {image: app, kind: worker}}', null);
		expect(requiredAddresses(input.desired).environment).toEqual({fixed: 2, handedOut: 4});
	});

	it('replace networks that have too few, and give every service a new deployment', () => {
		const input = inputOf({...none, kept: 1, changed: 60, added: 9, prefix: 24});
		const plan = createPlan(input);
		expect(networkOf(plan)).toMatchObject({
			kind: 'replace',
			order: 'create-first',
			reasons: [
				'network compartment-shop.production (10.0.0.0/24) has 126 addresses for services but 130 are needed: 61 for active deployments, 69 for new deployments',
			],
			changes: [{name: 'size', before: {text: '/24'}, after: {text: '/23'}}],
		});
		expect(plan.actions.find(({address}) => address === 'service.kept0')).toMatchObject({
			kind: 'replace',
			reasons: ['its network is replaced'],
		});
		expect(plan.deployments).toHaveLength(70);
		const kinds = (given: Partial<Counts>) => networkOf(createPlan(inputOf({...none, ...given}))).kind;
		expect(kinds({kept: 60, added: 10, prefix: 24})).toBe('none');
		expect(kinds({changed: 15, prefix: 26})).toBe('none');
		expect(kinds({changed: 16, prefix: 26})).toBe('replace');
		expect(networkOf(createPlan(inputOf({...none, kept: 1, resources: 30, prefix: 26}))).reasons).toEqual([
			'network compartment-shop.production (10.0.0.0/26) has 30 addresses for everything without a fixed one but 31 are needed',
		]);
	});

	it('block a plan that needs too many and does not deploy everything, with a command that fits', () => {
		const plan = (given: Partial<Counts>, patch: Partial<PlanInput>) =>
			networkOf(createPlan({...inputOf({...none, ...given}), ...patch}));
		const held = plan({changed: 12, held: 12, prefix: 26}, {isHold: true});
		expect(held).toMatchObject({
			kind: 'blocked',
			reasons: [expect.stringContaining('12 for active deployments, 12 for held candidates, 12 for new deployments')],
		});
		expect(shown(held)).toBe(
			'compartment promote, or compartment promote --discard, then try again; or compartment apply --replace network, which moves the environment to larger networks',
		);
		const some = plan({kept: 30, added: 1, prefix: 26}, {services: ['added0']});
		expect(shown(some)).toBe('compartment apply --replace network, which moves the environment to larger networks');
	});

	it('block a replacement when the pool has no free block, with what is needed', () => {
		const input = inputOf({...none, changed: 60, added: 10, prefix: 24});
		const full = {...input, pool: {...input.pool, cidr: '10.0.0.0/22', used: ['10.0.0.0/23']}};
		const {kind, reasons, unblock} = networkOf(createPlan(full));
		expect(kind).toBe('blocked');
		expect(reasons).toEqual([
			'no /23 block is free in the network pool 10.0.0.0/22; 70 services and 0 resources with room to grow need 281 addresses',
		]);
		expect(renderHint(unblock!, {environment: 'production'})).toContain('compartment settings set networkPool');
	});

	it('block a plan when the pool has no free block', () => {
		const input = inputOf({...none, added: 3});
		const full = {...input, pool: {...input.pool, cidr: '10.0.0.0/24', used: ['10.0.0.0/25', '10.0.0.128/26']}};
		expect(networkOf(createPlan(full))).toMatchObject({
			kind: 'blocked',
			reasons: [
				'no /26 block is free in the network pool 10.0.0.0/24; 3 services and 0 resources with room to grow need 25 addresses',
			],
			unblock: [
				'destroy an environment, or set another pool: ',
				command('settings set', 'networkPool', '10.214.0.0/16'),
			],
		});
		const two = {...full, pool: {...full.pool, used: ['10.0.0.0/25']}};
		expect(networkOf(createPlan(two)).kind).toBe('create');
		expect(networkOf(createPlan({...two, router: 'missing'}))).toMatchObject({
			kind: 'blocked',
			reasons: ['no /29 block is free in the network pool 10.0.0.0/24'],
		});
	});
});
