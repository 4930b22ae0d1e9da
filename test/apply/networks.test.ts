import {afterEach, describe, expect, it, vi} from 'vitest';
import {MiscountedNetwork} from '../../source/errors.ts';
import {resetFailpoints} from '../../source/failpoints.ts';
import {command, hint} from '../../source/hint.ts';
import {labels} from '../../source/model/labels.ts';
import {type Applied, createMemoryWorld, images, type MemoryWorld} from './memory-world.ts';
import {
	expectMoved,
	failures,
	networkNames,
	networkOf,
	ownContainers,
	project,
	resourcesOf,
} from './network-project.ts';

vi.mock(import('node:timers/promises'), async original => (await import('./short-pauses.ts')).shortenPauses(original));

async function withWorld(run: (world: MemoryWorld) => Promise<void>): Promise<void> {
	const world = await createMemoryWorld();
	try {
		await run(world);
	} finally {
		world.close();
	}
}

const warnings = ({events}: Applied) => events.flatMap(event => (event.type === 'notice' ? [event.message] : []));
const networksLeft = (count: number) =>
	Array.from({length: count}, () =>
		expect.stringMatching(/^cannot remove network .*: no container is connected to it, but the engine counts one/),
	);

/** Makes the engine refuse to remove the environment's networks. */
function miscountNetworks({engine}: MemoryWorld) {
	const remove = engine.removeNetwork;
	return vi.spyOn(engine, 'removeNetwork').mockImplementation(async id => {
		const {networks} = await engine.observe({[labels.lineage]: ''});
		if (networks.some(network => network.id === id)) throw new MiscountedNetwork(id);
		await remove(id);
	});
}

const small = {apis: 4, workers: 1, resources: 2};
const large = {apis: 20, workers: 2, resources: 3};

describe('networks that are too small', () => {
	it('are replaced by larger ones, with every service', () =>
		withWorld(async world => {
			expect((await world.apply(project(small))).result).toMatchObject({outcome: 'done'});
			expect((await world.state())!.networks!.environment.subnet).toMatch(/\/26$/);
			const before = new Map((await resourcesOf(world)).map(({name, id}) => [name, id]));
			// New services find room, until all of them switch.
			expect(networkOf(await world.apply(project(large)))).toMatchObject({kind: 'none'});
			await expectMoved(world, project(large), 1);
			const grown = await world.apply(project({...large, level: 'two'}));
			expect(networkOf(grown)).toMatchObject({
				kind: 'replace',
				order: 'create-first',
				reasons: [
					'network compartment-shop.production (10.213.0.0/26) has 30 addresses for services but 40 are needed: 20 for active deployments, 20 for new deployments',
				],
				changes: [{name: 'size', before: {text: '/26'}, after: {text: '/25'}}],
			});
			expect(grown.result, failures(grown)).toMatchObject({outcome: 'done', failed: 0, skipped: 0});
			await expectMoved(world, project({...large, level: 'two'}), 2);
			for (const {name, id} of await resourcesOf(world)) if (before.has(name)) expect(id).toBe(before.get(name));
			expect((await world.apply(project({...large, level: 'three'}))).result).toMatchObject({outcome: 'done'});
			await expectMoved(world, project({...large, level: 'three'}), 2);
		}));

	it('give services that have not changed the reason, and keep them reachable by name from the start', () =>
		withWorld(async world => {
			await world.apply(project(small));
			const {plan} = await world.plan(project(small), {replace: ['network']});
			const reasons = plan.actions
				.filter(({kind}) => kind === 'replace')
				.map(({address, reasons: why}) => [address, ...why]);
			expect(reasons).toEqual([
				['network', 'replacement requested with --replace'],
				...['api0', 'api1', 'api2', 'api3', 'worker0'].map(name => [`service.${name}`, 'its network is replaced']),
			]);
			const moved = await world.apply(project(small), {replace: ['network']});
			expect(moved.result, failures(moved)).toMatchObject({outcome: 'done'});
			await expectMoved(world, project(small), 2);
			for (const {id, name} of await ownContainers(world)) {
				const {attachments, labels: own} = world.engine.look(id);
				const mesh = [...attachments.values()].find(({network}) => network.includes('.mesh'));
				const service = /^service\.(.+)/.exec(own[labels.address] ?? '')?.[1];
				if (service) expect(mesh?.aliases, name).toEqual([service]);
			}
		}));

	it.each([
		['resources only', {resources: 40}, {resources: 60}],
		['workers only', {workers: 3}, {workers: 4, level: 'two'}],
		['more resources than the engine has addresses for', {apis: 2, resources: 3}, {apis: 2, resources: 70}],
	] as const)('move an environment with %s', (_, first, second) =>
		withWorld(async world => {
			expect((await world.apply(project(first))).result).toMatchObject({outcome: 'done'});
			const moved = await world.apply(project(second), {replace: ['network']});
			expect(moved.result, failures(moved)).toMatchObject({outcome: 'done', skipped: 0});
			await expectMoved(world, project(second), 2);
		}),
	);

	it('move resources that are replaced at the same time, and services that are removed', () =>
		withWorld(async world => {
			await world.apply(project({apis: 5, resources: 2}));
			const edited = project({apis: 3, resources: 2}).replaceAll('ports: [5432]', 'ports: [5433]');
			const moved = await world.apply(edited, {replace: ['network']});
			expect(moved.result, failures(moved)).toMatchObject({outcome: 'done', skipped: 0});
			await expectMoved(world, edited, 2);
		}));

	it('keep serving when a service does not become ready, and the next apply continues', () =>
		withWorld(async world => {
			await world.apply(project(small));
			const served = [...world.router.servers];
			const failed = await world.apply(project({...small, level: 'two', last: 'sick'}), {replace: ['network']});
			expect(failed.result).toMatchObject({outcome: 'failed'});
			expect([...world.router.servers].filter(([, {isServing}]) => isServing)).toEqual(
				served.filter(([, {isServing}]) => isServing),
			);
			expect((await world.state())!.networks!.environment.name).toBe('compartment-shop.production');
			// Other commands go on with the networks that serve.
			const restarted = await world.apply(project(small), {mode: 'restart', services: ['api0', 'db0']});
			expect(restarted.result, failures(restarted)).toMatchObject({outcome: 'done'});
			expect((await world.state())!.networks!.environment.name).toBe('compartment-shop.production');
			const partial = await world.apply(project({...small, level: 'two'}), {services: ['api1']});
			expect(partial.result, failures(partial)).toMatchObject({outcome: 'done'});
			const next = await world.apply(project({...small, level: 'three'}));
			expect(networkOf(next)).toMatchObject({kind: 'replace', reasons: ['its replacement was interrupted']});
			expect(next.result, failures(next)).toMatchObject({outcome: 'done'});
			await expectMoved(world, project({...small, level: 'three'}), 2);
		}));

	it('are replaced although they were removed outside after an interrupted replacement', () =>
		withWorld(async world => {
			await world.apply(project(small));
			await world.apply(project({...small, level: 'two', last: 'sick'}), {replace: ['network']});
			const {containers} = await world.engine.observe({});
			for (const name of ['compartment-shop.production', 'compartment-shop.production.mesh']) {
				for (const {id, networks} of containers) if (Object.hasOwn(networks, name)) await world.engine.leave(id, name);
				await world.engine.removeNetwork(name);
			}
			const edited = project({...small, level: 'two'}).replaceAll('ports: [5432]', 'ports: [5433]');
			const next = await world.apply(edited);
			expect(next.result, failures(next)).toMatchObject({outcome: 'done'});
			await expectMoved(world, edited, 2);
		}));

	it('are not continued on networks that have become too small themselves', () =>
		withWorld(async world => {
			await world.apply(project(small));
			await world.apply(project({...small, level: 'two', last: 'sick'}), {replace: ['network']});
			const next = await world.apply(project({...large, apis: 30, level: 'two'}));
			expect(next.result, failures(next)).toMatchObject({outcome: 'done'});
			await expectMoved(world, project({...large, apis: 30, level: 'two'}), 3);
		}));

	it('come back with a switch that is rolled back', async () => {
		const world = await createMemoryWorld({minHealthyMs: 150});
		try {
			await world.apply(project(small));
			const served = [...world.router.servers].filter(([, {isServing}]) => isServing);
			let crashed = false;
			const stop = setInterval(async () => {
				const state = await world.state();
				const active = state?.deployments[state.active['api0'] ?? ''];
				if (crashed || !active?.containerId || state?.networks?.environment.name !== 'compartment-shop.production.2')
					return;
				crashed = true;
				await world.engine.stop(active.containerId, 0);
			}, 5);
			const failed = await world.apply(project({...small, level: 'two'}), {replace: ['network']});
			clearInterval(stop);
			expect(crashed).toBe(true);
			expect(failed.result).toMatchObject({outcome: 'failed'});
			expect((await world.state())!.networks!.environment.name).toBe('compartment-shop.production');
			const now = [...world.router.servers].filter(([, {isServing}]) => isServing);
			expect(now.map(([, {address}]) => address).sort()).toEqual(served.map(([, {address}]) => address).sort());
			expect((await world.apply(project({...small, level: 'three'}))).result).toMatchObject({outcome: 'done'});
			await expectMoved(world, project({...small, level: 'three'}), 2);
		} finally {
			world.close();
		}
	});

	it('stay with a warning when the engine miscounts their containers, until a later apply removes them', () =>
		withWorld(async world => {
			await world.apply(project(small));
			const miscount = miscountNetworks(world);
			const moved = await world.apply(project({...small, level: 'two'}), {replace: ['network']});
			expect(moved.result, failures(moved)).toMatchObject({outcome: 'done', failed: 0});
			expect(warnings(moved)).toEqual(networksLeft(2));
			miscount.mockRestore();
			expect((await world.apply(project({...small, level: 'two'}))).result).toMatchObject({outcome: 'done'});
			await expectMoved(world, project({...small, level: 'two'}), 2);
		}));

	describe('and an apply that is interrupted', () => {
		afterEach(() => {
			delete process.env['COMPARTMENT_FAILPOINT'];
		});

		it.each([
			'apply.after-create-network:1',
			'apply.after-create-network:2',
			'networks.after-create',
			'networks.after-connect',
			'candidate.after-ready:2',
			'switch.after-publish',
			'retire.after-drain',
			'retire.after-leave:2',
			'networks.after-move',
			'networks.after-leave',
			'apply.before-remove',
			'apply.after-remove',
		])('at %s is finished by the next', point =>
			withWorld(async world => {
				await world.apply(project(small));
				resetFailpoints();
				process.env['COMPARTMENT_FAILPOINT'] = `${point}:error`;
				const stopped = await world
					.apply(project({...small, level: 'two'}), {replace: ['network']})
					.catch(() => undefined);
				delete process.env['COMPARTMENT_FAILPOINT'];
				expect(stopped?.result?.outcome).not.toBe('done');
				const next = await world.apply(project({...small, level: 'two'}));
				expect(next.result, failures(next)).toMatchObject({outcome: 'done'});
				await expectMoved(world, project({...small, level: 'two'}), 2);
			}),
		);
	});

	it('stay while a job runs on them', () =>
		withWorld(async world => {
			await world.apply(project(small));
			const {lineage} = (await world.state())!;
			const {id} = (await world.engine.findImage(images.good))!;
			const name = 'compartment-shop.production.job.job_1m7vn143rk5spsx';
			const job = await world.engine.run({
				name,
				image: id,
				labels: {
					[labels.lineage]: lineage,
					[labels.project]: 'shop',
					[labels.environment]: 'production',
					[labels.address]: 'job.job',
				},
				env: {},
				attachments: [{network: 'compartment-shop.production'}, {network: 'compartment-shop.production.mesh'}],
				restart: {policy: 'no'},
			});
			await world.changeState(state => ({
				...state,
				jobs: [
					...state.jobs,
					{
						...{id: 'job_1m7vn143rk5spsx', service: 'job', deployment: state.active['job']!, trigger: 'manual'},
						...{arguments: [], status: 'running', startedAt: new Date().toISOString()},
					} as (typeof state.jobs)[number],
				],
			}));
			const moved = await world.apply(project(small), {replace: ['network']});
			expect(moved.result, failures(moved)).toMatchObject({outcome: 'done'});
			expect(moved.events).toContainEqual(
				expect.objectContaining({type: 'notice', message: expect.stringContaining(name)}),
			);
			for (const {networks} of await resourcesOf(world)) expect(Object.keys(networks)).toHaveLength(2);
			await world.engine.remove(job);
			expect(networkOf(await world.apply(project(small)))).toMatchObject({
				kind: 'update',
				reasons: ['the networks that it replaced still exist'],
			});
			await expectMoved(world, project(small), 2);
		}));

	it('are removed with the environment, whatever was interrupted', () =>
		withWorld(async world => {
			await world.apply(project(small));
			await world.apply(project({...small, level: 'two', last: 'sick'}), {replace: ['network']});
			expect(await networkNames(world)).toHaveLength(4);
			expect((await world.apply(project(small), {mode: 'destroy'})).result).toMatchObject({outcome: 'done'});
			expect(await networkNames(world)).toEqual([]);
		}));

	it('block a plan that does not deploy everything, with the command that replaces them', () =>
		withWorld(async world => {
			await world.apply(project(small));
			await world.apply(project(large));
			const all = Array.from({length: 20}, (_, index) => `api${index}`);
			for (const request of [{services: all}, {isHold: true}, {mode: 'restart'}] as const) {
				const {plan} = await world.plan(project({...large, level: 'two'}), request);
				expect(networkOf({plan})).toMatchObject({
					kind: 'blocked',
					reasons: [expect.stringContaining('has 30 addresses for services but 40 are needed')],
					unblock: [command('apply', '--replace', 'network'), ', which moves the environment to larger networks'],
				});
			}
		}));

	it('make room for candidates that are held and superseded', () =>
		withWorld(async world => {
			const some = {apis: 12};
			await world.apply(project({apis: 4}));
			await world.apply(project(some));
			const held = await world.apply(project({...some, level: 'two'}), {isHold: true});
			expect(held.result, failures(held)).toMatchObject({outcome: 'done'});
			const next = await world.apply(project({...some, level: 'three'}));
			expect(networkOf(next)).toMatchObject({
				kind: 'replace',
				reasons: [expect.stringContaining('12 for active deployments, 12 for held candidates, 12 for new deployments')],
			});
			expect(next.result, failures(next)).toMatchObject({outcome: 'done'});
			await expectMoved(world, project({...some, level: 'three'}), 2);
		}));

	it('are refused in parts: a deselected service would lose its siblings', () =>
		withWorld(async world => {
			await world.apply(project(small));
			const before = await world.engine.observe({});
			const refused = await world.applyWithout(project(small), ['service.api2'], {replace: ['network']});
			expect(refused.result).toMatchObject({outcome: 'failed'});
			expect(failures(refused)).toContain('service.api2 is deselected');
			expect((await world.engine.observe({})).networks).toEqual(before.networks);
		}));
});

describe('a destroy', () => {
	it('leaves networks whose containers the engine miscounts, with a warning, and the next apply uses them', () =>
		withWorld(async world => {
			await world.apply(project(small));
			const miscount = miscountNetworks(world);
			const destroyed = await world.apply(project(small), {mode: 'destroy', deleteData: true});
			expect(destroyed.result, failures(destroyed)).toMatchObject({outcome: 'done', failed: 0});
			expect(warnings(destroyed)).toEqual(networksLeft(2));
			expect(await networkNames(world)).toHaveLength(2);
			expect(networkOf(await world.plan(project({...large, apis: 40})))).toMatchObject({
				kind: 'blocked',
				unblock: hint`${command('destroy')}, which tries again to remove it, then ${command('apply')}`,
			});
			expect((await world.apply(project(small))).result).toMatchObject({outcome: 'done'});
			miscount.mockRestore();
			await world.apply(project(small), {mode: 'destroy', deleteData: true});
			expect(await networkNames(world)).toEqual([]);
		}));

	it('fails on a network with a container that is not ours', () =>
		withWorld(async world => {
			await world.apply(project(small));
			const id = await world.engine.run({
				name: 'visitor',
				image: images.good,
				labels: {},
				env: {},
				restart: {policy: 'no'},
				attachments: [{network: 'compartment-shop.production'}],
			});
			const destroyed = await world.apply(project(small), {mode: 'destroy'});
			expect(destroyed.result).toMatchObject({outcome: 'failed', failed: 1});
			expect(failures(destroyed)).toContain('container visitor is connected to it');
			await world.engine.remove(id);
		}));
});
