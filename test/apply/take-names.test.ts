import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {createMemoryWorld, images, type MemoryWorld} from './memory-world.ts';

let world: MemoryWorld;

beforeEach(async () => {
	world = await createMemoryWorld();
});

afterEach(() => world.close());

const web = (image: string) => `name: shop\nservices:\n  web: {image: "${image}"}\n`;
const api = `  api: {kind: api, image: "${images.good}"}\n`;
const job = `  task: {kind: job, image: "${images.good}"}\n`;

/**
 * Applies while the engine does not finish giving the first name before `mayFinish`.
 * @returns how many configurations the router had taken over when the name was given
 */
async function applyWithSlowName(
	descriptor: string,
	mayFinish: () => Promise<void>,
	deselected: readonly string[] = [],
): Promise<number> {
	const {generation} = world.router;
	const {join} = world.engine;
	let taken: number | undefined;
	Object.assign(world.engine, {
		async join(...args: Parameters<typeof join>) {
			if (taken === undefined && args[1].aliases?.includes('web')) {
				await mayFinish();
				taken = world.router.generation - generation;
			}
			return join(...args);
		},
	});
	expect((await world.applyWithout(descriptor, deselected)).result).toMatchObject({outcome: 'done'});
	return taken!;
}

const pass = async (): Promise<void> => undefined;

/** Resolves when the router has taken over the switch. */
const untilSwitched = () => {
	const {generation} = world.router;
	return async () => expect.poll(() => world.router.generation).toBeGreaterThan(generation);
};

describe('a switch', () => {
	it('waits until the new deployment can reach its siblings again', async () => {
		await world.apply(web(images.good) + api);
		expect(await applyWithSlowName(web(images.better) + api, pass)).toBe(0);
	});

	it('waits for a sibling that comes with it', async () => {
		await world.apply(web(images.good));
		expect(await applyWithSlowName(web(images.better) + api, pass)).toBe(0);
	});

	it('does not wait without a sibling', async () => {
		await world.apply(web(images.good));
		expect(await applyWithSlowName(web(images.better), untilSwitched())).toBe(1);
	});

	it('does not wait for a sibling that the apply deletes', async () => {
		await world.apply(web(images.good) + api);
		expect(await applyWithSlowName(web(images.better), untilSwitched())).toBe(1);
	});

	it('waits for a sibling whose deletion was deselected', async () => {
		await world.apply(web(images.good) + api);
		expect(await applyWithSlowName(web(images.better), pass, ['service.api'])).toBe(0);
	});

	it('does not wait for a job, which has no container to call', async () => {
		await world.apply(web(images.good) + job);
		expect(await applyWithSlowName(web(images.better) + job, untilSwitched())).toBe(1);
	});
});

describe('a name that the engine refuses', () => {
	/** Whether the deployment that the router serves is the active one, and runs. */
	const isServing = async (): Promise<boolean> => {
		const {active, deployments} = (await world.state())!;
		const {slots, active: slot} = [...world.router.tables.values()][0]!.backends.find(
			({service}) => service === 'web',
		)!;
		const id = slots[slot!]!.deployment;
		const {containers} = await world.engine.observe({});
		const container = containers.find(each => each.id === deployments[id]?.containerId);
		return active['web'] === id && container?.state === 'running';
	};

	it.for(['leave', 'join'] as const)('is a warning after the switch, which is kept: %s', async method => {
		await world.apply(web(images.good));
		world.failNext(method, 1);
		const {result, events} = await world.apply(web(images.better));
		expect(result).toMatchObject({outcome: 'done'});
		expect(events.find(({type}) => type === 'notice')).toMatchObject({
			level: 'warning',
			message: `service.web: other services cannot reach it by name: cannot ${method}: ordered by the test. To repair that: compartment apply --replace service.web`,
		});
		expect(await isServing()).toBe(true);
		world.clearFailures();
		await world.apply(web(images.better), {replace: ['service.web']});
		expect(await isServing()).toBe(true);
	});

	it('prevents the switch where there are siblings', async () => {
		await world.apply(web(images.good) + api);
		world.failNext('join', 1);
		const {generation} = world.router;
		expect((await world.apply(web(images.better) + api)).result).toMatchObject({outcome: 'failed'});
		expect(world.router.generation).toBe(generation);
		expect(await isServing()).toBe(true);
	});
});
