import fc from 'fast-check';
import {expect, it, vi} from 'vitest';
import type {Method} from '../../source/engine/memory-calls.ts';
import {EngineError} from '../../source/errors.ts';
import {labels} from '../../source/model/labels.ts';
import {type Applied, createMemoryWorld, images, type MemoryWorld} from './memory-world.ts';
import {type FailingCalls, failingCalls, withImpatientHome} from './random-world.ts';
import {deadEnds, expectComplete, expectValid} from './settled-world.ts';

// A hundred runs start hundreds of workers, each watched for half a second.
vi.mock(import('node:timers/promises'), async original => (await import('./short-pauses.ts')).shortenPauses(original));

type Service = {
	readonly kind: 'web' | 'api' | 'worker' | 'job';
	readonly image: keyof typeof images;
	readonly level: string;
	readonly isConnected: boolean;
	readonly isPublic: boolean;
};

/** The content of compartment.yml, which the steps edit. */
type Model = {
	services: Record<string, Service>;
	resources: Record<string, {readonly user: string; readonly volumes: readonly string[]}>;
};

type Step =
	| {readonly type: 'set-service'; readonly name: string; readonly service: Service}
	| {readonly type: 'remove-service'; readonly name: string}
	| {readonly type: 'set-resource'; readonly name: string; readonly user: string; readonly hasMore: boolean}
	| {readonly type: 'harm'; readonly what: 'remove' | 'stop' | 'take-off'; readonly pick: number}
	| {readonly type: 'remove-networks'}
	| {readonly type: 'remove-router'}
	| FailingCalls
	| {readonly type: 'apply'; readonly only: string | null; readonly isHold: boolean};

const serviceName = fc.constantFrom('web', 'api', 'jobs', 'mail');
const service: fc.Arbitrary<Service> = fc.record({
	kind: fc.constantFrom('web', 'api', 'worker', 'job'),
	image: fc.constantFrom('good', 'good', 'good', 'better', 'crashing', 'sick'),
	level: fc.constantFrom('info', 'debug'),
	isConnected: fc.boolean(),
	isPublic: fc.boolean(),
});

const apply: fc.Arbitrary<Step> = fc.record({
	type: fc.constant('apply'),
	only: fc.oneof({weight: 4, arbitrary: fc.constant(null)}, {weight: 1, arbitrary: serviceName}),
	isHold: fc.constantFrom(false, false, false, true),
});

const step: fc.Arbitrary<Step> = fc.oneof(
	{weight: 5, arbitrary: apply},
	{weight: 4, arbitrary: fc.record({type: fc.constant('set-service'), name: serviceName, service})},
	{weight: 1, arbitrary: fc.record({type: fc.constant('remove-service'), name: serviceName})},
	{
		weight: 1,
		arbitrary: fc.record({
			type: fc.constant('set-resource'),
			name: fc.constantFrom('db', 'cache'),
			user: fc.constantFrom('app', 'root'),
			hasMore: fc.boolean(),
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			type: fc.constant('harm'),
			what: fc.constantFrom('remove', 'stop', 'take-off'),
			pick: fc.nat(),
		}),
	},
	{weight: 1, arbitrary: fc.record({type: fc.constant('remove-networks')})},
	{weight: 1, arbitrary: fc.record({type: fc.constant('remove-router')})},
	{weight: 2, arbitrary: failingCalls},
);

function write({services, resources}: Model): string {
	const hasDatabase = Object.hasOwn(resources, 'db');
	const lines = Object.entries(services).map(([name, {kind, image, level, isConnected, isPublic}]) => {
		const isChecked = kind === 'web' || kind === 'api';
		const fields = [
			`image: "${images[image]}"`,
			`kind: ${kind}`,
			`env: {LEVEL: ${level}}`,
			...(isChecked ? ['readiness: {type: http, path: /}'] : []),
			...(isChecked && isPublic ? ['accessMode: public'] : []),
			...(isConnected && hasDatabase ? ['connections: {db: {env: {DB: url}}}'] : []),
		];
		return `  ${name}: {${fields.join(', ')}}`;
	});
	const stores = Object.entries(resources).map(([name, {user, volumes}]) => {
		const mounts = volumes.map(handle => `${handle}: /${handle}`).join(', ');
		const output = 'url: {sensitive: true, value: "db://${env.USER}:${env.PASSWORD}@${resource.host}"}';
		return `  ${name}: {image: "${images.database}", ports: [5432], env: {USER: ${user}}, generatedVariables: {PASSWORD: {generator: token}}, volumes: {${mounts}}, readiness: {type: tcp, port: 5432}, outputs: {${output}}}`;
	});
	return ['name: shop', 'services:', ...lines, ...(stores.length > 0 ? ['resources:', ...stores] : []), ''].join('\n');
}

async function harm(world: MemoryWorld, what: 'remove' | 'stop' | 'take-off', pick: number): Promise<void> {
	const {containers} = await world.engine.observe({[labels.lineage]: ''});
	const victim = containers[pick % containers.length];
	if (!victim) return;
	if (what === 'remove') return world.engine.remove(victim.id);
	if (what === 'stop') return world.engine.stop(victim.id, 0);
	const [network] = Object.keys(victim.networks);
	if (network !== undefined) await world.engine.leave(victim.id, network);
}

async function removeNetworks({engine}: MemoryWorld): Promise<void> {
	const {containers} = await engine.observe({});
	const {networks} = await engine.observe({[labels.lineage]: ''});
	for (const {id, networks: joined} of containers)
		for (const {name} of networks) if (Object.hasOwn(joined, name)) await engine.leave(id, name);
	for (const {id} of networks) await engine.removeNetwork(id);
}

async function removeRouter({engine}: MemoryWorld): Promise<void> {
	const {containers} = await engine.observe({[labels.router]: 'true'});
	for (const {id} of containers) await engine.remove(id);
}

/** Runs the steps, checks after each apply, then fixes all faults and expects a complete apply. */
async function live(steps: readonly Step[]): Promise<Applied> {
	const world = await createMemoryWorld();
	const good: Service = {kind: 'web', image: 'good', level: 'info', isConnected: true, isPublic: false};
	const model: Model = {services: {web: good}, resources: {db: {user: 'app', volumes: ['data']}}};
	const volumes = new Set<string>();
	/** Injected failures that have not happened yet. */
	let ordered = 0;
	try {
		for (const each of steps) {
			switch (each.type) {
				case 'set-service':
					model.services[each.name] = each.service;
					break;
				case 'remove-service':
					if (Object.keys(model.services).length > 1) delete model.services[each.name];
					break;
				case 'set-resource': {
					const previous = model.resources[each.name]?.volumes ?? ['data'];
					const handles = each.hasMore ? [...new Set([...previous, 'more'])] : previous;
					model.resources[each.name] = {user: each.user, volumes: handles};
					break;
				}
				case 'harm':
					await harm(world, each.what, each.pick).catch(() => undefined);
					break;
				case 'remove-networks':
					await removeNetworks(world).catch(() => undefined);
					break;
				case 'remove-router':
					await removeRouter(world).catch(() => undefined);
					break;
				case 'fail':
					world.failNext(each.method, each.times, each.how);
					ordered += each.times;
					break;
				case 'apply': {
					const only = each.only !== null && Object.hasOwn(model.services, each.only) ? [each.only] : null;
					const descriptor = write(model);
					const applied = await world
						.apply(descriptor, {services: only, isHold: each.isHold})
						.catch((error: unknown) => {
							if (error instanceof EngineError && ordered > 0) return undefined;
							throw error;
						});
					if (applied?.result === undefined) break;
					const state = await expectValid(world, volumes);
					const isWhole = only === null && !each.isHold;
					if (applied.result.outcome === 'done' && isWhole && ordered === 0)
						await expectComplete(world, state, descriptor);
				}
			}
		}
		world.clearFailures();
		for (const name of Object.keys(model.services)) model.services[name] = {...model.services[name]!, image: 'better'};
		const descriptor = write(model);
		const last = await world.apply(descriptor);
		expect(last.result, JSON.stringify(last.events.filter(({type}) => type === 'step-failed'))).toMatchObject({
			outcome: 'done',
		});
		await expectComplete(world, await expectValid(world, volumes), descriptor);
		return last;
	} finally {
		world.close();
	}
}

withImpatientHome();

const runs = process.env['COMPARTMENT_TEST_RUNS'];

it('stays valid after every apply and becomes complete, whatever is edited, harmed or fails', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(step, {minLength: 1, maxLength: 14}), async steps => {
			await live(steps);
		}),
		// A fixed seed by default; COMPARTMENT_TEST_RUNS=2000 tries new sequences.
		runs === undefined ? {numRuns: 100, seed: 20_251_120} : {numRuns: Number(runs)},
	);
}, 600_000);

it('reuses the addresses of failed and discarded deployments', async () => {
	const world = await createMemoryWorld();
	try {
		const deploy = (level: number, api: keyof typeof images) =>
			world.apply(
				write({
					services: {
						web: {kind: 'web', image: 'good', level: `v${level}`, isConnected: false, isPublic: true},
						api: {kind: 'api', image: api, level: `v${level}`, isConnected: false, isPublic: true},
					},
					resources: {},
				}),
			);
		expect((await deploy(0, 'good')).result).toMatchObject({outcome: 'done'});
		// Half of a /26 has 30 fixed addresses; each of these leaves a discarded candidate and a failed one.
		for (let level = 1; level <= 40; level++)
			expect((await deploy(level, 'sick')).result, `deploy ${level}`).toMatchObject({outcome: 'failed'});
		const last = await deploy(41, 'good');
		expect(last.result, JSON.stringify(last.events.filter(({type}) => type === 'step-failed'))).toMatchObject({
			outcome: 'done',
		});
	} finally {
		world.close();
	}
}, 120_000);

const changing: readonly Method[] = ['run', 'exec', 'stop', 'start', 'remove', 'join', 'leave', 'rename', 'writeFiles'];

it.each(changing.flatMap(method => [2, 20].map(times => [method, times] as const)))(
	'keeps active deployments running when the engine does not answer %s %d times',
	async (method, times) => {
		for (const how of ['unseen', 'unanswered'] as const) {
			const world = await createMemoryWorld();
			try {
				const service: Service = {kind: 'web', image: 'good', level: 'info', isConnected: true, isPublic: true};
				const worker: Service = {...service, kind: 'worker'};
				const resources = {db: {user: 'app', volumes: ['data']}};
				const before = write({services: {web: service, api: {...service, kind: 'api'}, jobs: worker}, resources});
				expect((await world.apply(before)).result).toMatchObject({outcome: 'done'});
				const changed: Service = {...service, level: 'debug'};
				const after = write({
					services: {web: changed, api: {...changed, kind: 'api'}, jobs: {...worker, level: 'debug'}},
					resources: times < 3 ? resources : {db: {user: 'root', volumes: ['data']}},
				});
				world.failNext(method, times, how);
				const applied = await world.apply(after);
				expect(await deadEnds(world)).toEqual([]);
				// Idempotent writes are retried a few times.
				if (times < 3 && !['run', 'start', 'rename'].includes(method))
					expect(
						applied.result,
						`${how} ${JSON.stringify(applied.events.filter(({type}) => type === 'step-failed'))}`,
					).toMatchObject({
						outcome: 'done',
					});
				world.clearFailures();
				const last = await world.apply(after);
				expect(last.result).toMatchObject({outcome: 'done'});
				expect(await deadEnds(world)).toEqual([]);
				await expectComplete(world, (await world.state())!, after);
			} finally {
				world.close();
			}
		}
	},
);

it('reports the original failure when the worker to restore was removed outside Compartment', async () => {
	const world = await createMemoryWorld();
	try {
		const worker: Service = {kind: 'worker', image: 'good', level: 'info', isConnected: false, isPublic: false};
		const services = {jobs: worker, web: {...worker, kind: 'web'} as Service};
		expect((await world.apply(write({services, resources: {}}))).result).toMatchObject({outcome: 'done'});
		const {active, deployments} = (await world.state())!;
		await world.engine.remove(deployments[active['jobs']!]!.containerId!);
		// The switch fails, so the previous worker has to be restarted.
		const changed = {jobs: {...worker, level: 'debug'}, web: {...services.web, level: 'debug'}};
		world.failNext('writeFiles', 3);
		const {result, events} = await world.apply(write({services: changed, resources: {}}));
		expect(result).toMatchObject({outcome: 'failed'});
		const failures = events.flatMap(event => (event.type === 'step-failed' ? event.message : []));
		expect(failures.join(' ')).toContain('cannot writeFiles: ordered by the test');
		expect(failures.join(' ')).not.toContain('No such container');
		world.clearFailures();
		expect((await world.apply(write({services: changed, resources: {}}))).result).toMatchObject({outcome: 'done'});
	} finally {
		world.close();
	}
});
