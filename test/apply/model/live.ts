import {expect} from 'vitest';
import {createBackup} from '../../../source/backup/create.ts';
import {startResource} from '../../../source/backup/resource-life.ts';
import {restoreInPlace} from '../../../source/backup/restore.ts';
import {EngineError, LockedError, UserError} from '../../../source/errors.ts';
import {labels} from '../../../source/model/labels.ts';
import type {State} from '../../../source/state/state.ts';
import {runCut, ways} from '../cut.ts';
import {type Applied, createMemoryWorld, images, type MemoryWorld} from '../memory-world.ts';
import {deadEnds, expectComplete, expectValid} from '../settled-world.ts';
import {firstProject, healthy, type ModelProject, writeProject} from './project.ts';
import type {CommandName, Step} from './steps.ts';

type Command = Extract<Step, {readonly type: 'command'}>;

/** Counts what a run has tried. */
export type Tried = Map<string, number>;

const owner = {[labels.lineage]: ''};

const isRecorded = (state: State | undefined, id: string): boolean =>
	[...Object.values(state?.deployments ?? {}), ...Object.values(state?.resources ?? {})].some(
		({containerId}) => containerId === id,
	);

/** Does what somebody does to the engine without Compartment. */
async function harm(world: MemoryWorld, each: Step): Promise<void> {
	const {engine} = world;
	const observed = await engine.observe(owner);
	switch (each.type) {
		case 'container': {
			const victim = observed.containers[each.pick % Math.max(1, observed.containers.length)];
			if (!victim) return;
			const [network] = Object.keys(victim.networks);
			if (each.harm === 'remove') await engine.remove(victim.id);
			if (each.harm === 'stop') await engine.stop(victim.id, 0);
			if (each.harm === 'leave' && network !== undefined) await engine.leave(victim.id, network);
			// One that an interrupted command has not recorded is known by its name alone.
			if (each.harm === 'rename' && isRecorded(await world.state(), victim.id))
				await engine.rename(victim.id, `${victim.name}-elsewhere`);
			if (each.harm === 'replace') {
				const {spec} = engine.look(victim.id);
				await engine.remove(victim.id);
				await engine.run({...spec, labels: {owner: 'somebody else'}, attachments: []});
			}
			return;
		}
		case 'networks':
			for (const {id, networks} of (await engine.observe({})).containers)
				for (const {name} of observed.networks) if (Object.hasOwn(networks, name)) await engine.leave(id, name);
			for (const {id} of observed.networks) await engine.removeNetwork(id);
			return;
		case 'router':
			for (const {id} of (await engine.observe({[labels.router]: 'true'})).containers) await engine.remove(id);
			return;
		case 'retag': {
			const found = await engine.findImage(images.better);
			if (found) await engine.tagImage(found.id, images.database);
			return;
		}
		default:
			return;
	}
}

/** The objects on the engine that belong to somebody else. */
async function foreign({engine}: MemoryWorld): Promise<string> {
	const {containers, networks, volumes} = await engine.observe({foreign: 'yes'});
	return JSON.stringify([
		containers.map(({id, name, state}) => [id, name, state]),
		networks.map(({id, name}) => [id, name]),
		volumes.map(({name}) => name),
	]);
}

async function makeForeign({engine}: MemoryWorld): Promise<void> {
	const own = {foreign: 'yes'};
	await engine.createVolume('somebody-elses', own);
	await engine.createNetwork({name: 'elsewhere', labels: own, subnet: '192.168.77.0/24'});
	await engine.run({
		name: 'bystander',
		image: images.good,
		labels: own,
		env: {},
		attachments: [{network: 'elsewhere'}],
		volumes: {'somebody-elses': {path: '/data'}},
		restart: {policy: 'unless-stopped'},
	});
}

const newestBackup = (state: State | undefined): string | undefined =>
	state?.backups.findLast(({status, purpose}) => status === 'succeeded' && purpose === 'manual')?.id;

/** Runs one command. What it refuses is a result too. */
async function run(
	world: MemoryWorld,
	descriptor: string,
	{name, only, leftOut}: Pick<Command, 'name' | 'only' | 'leftOut'>,
): Promise<Applied | undefined> {
	const apply = async (request: Parameters<MemoryWorld['apply']>[1]) => {
		const {plan} = leftOut === 0 ? {plan: undefined} : await world.plan(descriptor, request);
		const deselected = (plan?.actions ?? [])
			.filter((_, index) => (leftOut >> (index % 8)) & 1)
			.map(each => each.address);
		return world.applyWithout(descriptor, deselected, request);
	};
	const services = only === null ? null : [only];
	const modes: Partial<Record<CommandName, () => Promise<Applied | undefined>>> = {
		apply: () => apply({services}),
		hold: () => apply({services, isHold: true}),
		promote: () => apply({mode: 'promote', services}),
		discard: () => apply({mode: 'discard', services}),
		rollback: () => apply({mode: 'rollback', services}),
		restart: () => apply({mode: 'restart', services}),
		stop: () => apply({mode: 'stop'}),
		start: () => apply({mode: 'start'}),
		rotate: () => apply({mode: 'rotate', rotated: 'db'}),
		heal: () => apply({mode: 'heal', healing: {[`service.${only ?? 'web'}`]: {remedy: 'replace', reason: 'hung'}}}),
		async plan() {
			await world.plan(descriptor, {services});
			return undefined;
		},
		async backup() {
			await world.work(descriptor, async work => void (await createBackup(work, 'db', 'manual')));
			return undefined;
		},
		async restore() {
			const id = newestBackup(await world.state());
			if (id !== undefined) await world.work(descriptor, async work => void (await restoreInPlace(work, 'db', id)));
			return undefined;
		},
		async 'two applies'() {
			const both = await Promise.allSettled([apply({services}), apply({services})]);
			const refused = both.filter(each => each.status === 'rejected');
			for (const {reason} of refused) if (!(reason instanceof LockedError)) throw reason;
			// The second one may have begun when the first was done.
			expect(refused.length).toBeLessThan(2);
			return both.flatMap(each => (each.status === 'fulfilled' ? [each.value] : [])).at(-1);
		},
	};
	return modes[name]!();
}

/** Brings everything back to what the files say, as a user who follows the hints. */
async function settle(world: MemoryWorld, project: ModelProject): Promise<void> {
	const descriptor = writeProject(project);
	world.clearFailures();
	const state = await world.state();
	if (state?.resources['db']?.status === 'restore-incomplete') {
		const id = state.resources['db'].restore?.backup ?? newestBackup(state);
		await world.work(descriptor, async work => {
			// A restore refuses one that does not run, and its hint is `resource start`.
			await startResource(work, 'db');
			await restoreInPlace(work, 'db', id!);
		});
	}
	// A container of somebody else with one of our names blocks the plan, which names it.
	for (const {id, labels: own} of (await world.engine.observe({owner: 'somebody else'})).containers)
		if (own['owner'] === 'somebody else') await world.engine.remove(id);
	let last: Applied | undefined;
	for (let tries = 0; tries < 3; tries++) {
		last = await world.apply(descriptor);
		if (last.result?.outcome === 'done') break;
	}
	const why = [
		...last!.plan.actions.filter(({kind}) => kind === 'blocked'),
		...last!.events.filter(({type}) => type === 'step-failed'),
	];
	expect(last!.result?.outcome, JSON.stringify(why)).toBe('done');
	// Removes what an interrupted backup or restore has left.
	await world.work(descriptor, async work => void (await createBackup(work, 'db', 'manual')));
}

/**
 * Whether a service has a volume. One that an interrupted apply has created is not recorded before the next apply asks for it,
 * and stays on the engine, empty, if no apply does.
 */
async function hasVolume({engine}: MemoryWorld, name: string): Promise<boolean> {
	const {volumes} = await engine.observe({[labels.address]: `volume.${name}.files`});
	return volumes.length > 0;
}

/** Applies an edit, unless it would lose a volume: the plan blocks that, which other tests show. */
async function edit(world: MemoryWorld, project: ModelProject, each: Step): Promise<ModelProject> {
	const {services} = project;
	switch (each.type) {
		case 'service': {
			const isKept = await hasVolume(world, each.name);
			if (isKept && each.service.kind === 'job') return project;
			const volume = isKept && each.service.volume === 'none' ? 'shared' : each.service.volume;
			return {...project, services: {...services, [each.name]: {...each.service, volume}}};
		}
		case 'remove service': {
			if (Object.keys(services).length === 1 || (await hasVolume(world, each.name))) return project;
			const {[each.name]: _, ...others} = services;
			return {...project, services: others};
		}
		case 'resource':
			return {...project, resourceLevel: each.level};
		default:
			return project;
	}
}

/**
 * Runs the steps on an engine of their own, checks what must hold after each command, and in the end brings everything back.
 * Throws what an invariant says.
 */
export async function live(steps: readonly Step[], tried: Tried): Promise<void> {
	const world = await createMemoryWorld();
	const volumes = new Set<string>();
	let project = firstProject;
	let serial = 0;
	let isDisturbed = false;
	try {
		await makeForeign(world);
		const bystanders = await foreign(world);
		for (const each of steps) {
			if (each.type === 'fail') {
				world.failNext(each.method, each.times, each.how);
				isDisturbed = true;
			} else if (each.type !== 'command') {
				const before = project;
				project = await edit(world, project, each);
				if (before === project) {
					await harm(world, each).catch(() => undefined);
					isDisturbed = true;
				}
			} else {
				const only = each.only !== null && Object.hasOwn(project.services, each.only) ? each.only : null;
				const command = {...each, only};
				const descriptor = writeProject(project);
				const {error} = await runCut(
					world,
					each.loss ? {...ways[each.loss.way]!, call: each.loss.call} : {...ways[0]!, call: Number.POSITIVE_INFINITY},
					() => run(world, descriptor, command),
				);
				tried.set(each.name, (tried.get(each.name) ?? 0) + 1);
				// Any other error is a bug.
				if (error !== undefined && !(error instanceof UserError || error instanceof EngineError)) throw error;
				if (each.loss) isDisturbed = true;
				if (each.name === 'stop') isDisturbed = true;
				const state = await world.state();
				if (state) {
					await expectValid(world, volumes);
					expect(state.serial).toBeGreaterThanOrEqual(serial);
					serial = state.serial;
				}
				if (!isDisturbed) expect(await deadEnds(world)).toEqual([]);
			}
			expect(await foreign(world)).toBe(bystanders);
		}
		project = healthy(project);
		await settle(world, project);
		await expectComplete(world, await expectValid(world, volumes), writeProject(project));
		expect(await deadEnds(world)).toEqual([]);
		expect(await foreign(world)).toBe(bystanders);
	} finally {
		world.close();
	}
}
