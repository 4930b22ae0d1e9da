import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Observed} from '../../source/engine/engine.ts';
import {firstFree} from '../../source/engine/memory-addresses.ts';
import {command} from '../../source/hint.ts';
import {labelsOf} from '../../source/model/labels.ts';
import {environmentNetworkName, meshNetworkName} from '../../source/model/names.ts';
import {dynamicRange, pickAddress, prefixFor} from '../../source/model/subnets.ts';
import {wantedAddresses} from '../../source/plan/addresses.ts';
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
		const address = counts.prefix === null ? undefined : pickAddress(networks.environment.subnet, taken);
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
function allocate(subnet: string, inUse: readonly string[], starting: number, handedOut: number): boolean {
	const fixed = new Set(inUse);
	for (let index = 0; index < starting; index++) {
		const address = pickAddress(subnet, fixed);
		if (address === undefined) return false;
		fixed.add(address);
	}
	const dynamic = new Set<string>();
	for (let index = 0; index < handedOut; index++) {
		const address = firstFree(subnet, dynamicRange(subnet), dynamic);
		if (address === undefined) return false;
		dynamic.add(address);
	}
	return true;
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
				const prefix = fits.prefix ?? prefixFor(wantedAddresses(input.desired), input.pool.prefix);
				const inUse = Object.values(input.state.deployments).flatMap(({address}) => address ?? []);
				const starting = plan.deployments.filter(({kind: what}) => what === 'api').length;
				const releases = plan.deployments.filter(({release}) => release).length;
				const others = input.desired.resources.length + releases + 1;
				expect(allocate(`10.0.0.0/${prefix}`, inUse, starting, others)).toBe(true);
			}),
			{numRuns: 100},
		);
	});

	it('suffice for a first deploy and a switch of all services in the networks made for them', () => {
		fc.assert(
			fc.property(counts, given => {
				const made = {...given, kept: 0, changed: 0, held: 0, prefix: null};
				const prefix = prefixFor(wantedAddresses(inputOf(made).desired), 26);
				expect(networkOf(createPlan(inputOf(made))).kind).toBe('create');
				const switched = {...made, changed: made.added, added: 0, prefix};
				expect(networkOf(createPlan(inputOf(switched))).kind).toBe('none');
			}),
			{numRuns: 30},
		);
	});

	it('block a plan that needs too many, with a command that fits', () => {
		const grown = networkOf(createPlan(inputOf({...none, changed: 60, added: 10, prefix: 24})));
		expect(grown).toMatchObject({
			kind: 'blocked',
			reasons: [
				'network compartment-shop.production (10.0.0.0/24) has 126 addresses for services but 130 are needed: 60 for active deployments, 70 for new ones',
			],
		});
		expect(shown(grown)).toMatch(/^compartment apply --service changed0 (?:--service \w+ ?)+, then the others; or/);
		expect(shown(grown).match(/--service/g)).toHaveLength(66);
		expect(networkOf(createPlan(inputOf({...none, kept: 60, added: 10, prefix: 24}))).kind).toBe('none');

		expect(networkOf(createPlan(inputOf({...none, changed: 15, prefix: 26}))).kind).toBe('none');
		expect(networkOf(createPlan(inputOf({...none, changed: 16, prefix: 26})))).toMatchObject({
			kind: 'blocked',
			reasons: [expect.stringContaining('has 30 addresses for services but 32 are needed')],
		});
		expect(networkOf(createPlan(inputOf({...none, changed: 12, held: 12, prefix: 26})))).toMatchObject({
			kind: 'blocked',
			reasons: [expect.stringContaining('12 for active deployments, 12 for held candidates, 12 for new ones')],
			unblock: [command('promote'), ', or ', command('promote', '--discard'), ', then try again'],
		});
		expect(shown(networkOf(createPlan(inputOf({...none, kept: 30, added: 1, prefix: 26}))))).toMatch(
			/^compartment destroy \(keeps volumes\)/,
		);
		expect(networkOf(createPlan(inputOf({...none, kept: 1, resources: 31, prefix: 26})))).toMatchObject({
			kind: 'blocked',
			reasons: [
				'network compartment-shop.production (10.0.0.0/26) has 31 addresses for resources, release commands and the router but 32 are needed',
			],
		});
	});

	it('block a plan when the pool has no free block', () => {
		const input = inputOf({...none, added: 3});
		const full = {...input, pool: {...input.pool, cidr: '10.0.0.0/24', used: ['10.0.0.0/25', '10.0.0.128/26']}};
		expect(networkOf(createPlan(full))).toMatchObject({
			kind: 'blocked',
			reasons: ['no /26 block is free in the network pool 10.0.0.0/24'],
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
