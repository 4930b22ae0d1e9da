import {expect} from 'vitest';
import {labels} from '../../source/model/labels.ts';
import {isInside} from '../../source/model/subnets.ts';
import {type Applied, images, type MemoryWorld} from './memory-world.ts';

/** How much of what a project declares. */
export type Shape = {
	readonly apis?: number;
	readonly workers?: number;
	readonly resources?: number;
	readonly level?: string;
	readonly image?: keyof typeof images;
	/** The image of the last service. */
	readonly last?: keyof typeof images;
};

export function project({
	apis = 0,
	workers = 0,
	resources = 0,
	level = 'one',
	image = 'good',
	last = image,
}: Shape): string {
	const lines = (count: number, line: (index: number) => string) =>
		Array.from({length: count}, (_, index) => line(index));
	const imageAt = (index: number) => `image: "${images[index === apis - 1 ? last : image]}"`;
	return [
		'name: shop',
		'services:',
		...lines(
			apis,
			index =>
				`  api${index}: {${imageAt(index)}, kind: api, env: {LEVEL: ${level}}, readiness: {type: http, path: /}, accessMode: public}`,
		),
		...lines(workers, index => `  worker${index}: {image: "${images.good}", kind: worker, env: {LEVEL: ${level}}}`),
		`  job: {image: "${images.finished}", kind: job, env: {LEVEL: ${level}}}`,
		...(resources > 0 ? ['resources:'] : []),
		...lines(resources, index => `  db${index}: {image: "${images.database}", ports: [5432], volumes: {data: /data}}`),
		'',
	].join('\n');
}

export const networkOf = ({plan}: Pick<Applied, 'plan'>) => plan.actions.find(({address}) => address === 'network')!;
export const failures = ({events}: Applied) => JSON.stringify(events.filter(({type}) => type === 'step-failed'));

export const ownContainers = async ({engine}: MemoryWorld) =>
	(await engine.observe({[labels.lineage]: ''})).containers.filter(({state}) => state === 'running');
export const networkNames = async ({engine}: MemoryWorld) =>
	(await engine.observe({[labels.lineage]: ''})).networks.map(({name}) => name).sort();
export const resourcesOf = async (world: MemoryWorld) =>
	(await ownContainers(world)).filter(({labels: own}) => own[labels.address]?.startsWith('resource.'));

/** Expects that everything runs on the networks of this number only, that the router serves it, and that nothing is left to do. */
export async function expectMoved(world: MemoryWorld, descriptor: string, number: number): Promise<void> {
	const state = (await world.state())!;
	const names =
		number === 1
			? ['shop.production', 'shop.production.mesh']
			: [`shop.production.${number}`, `shop.production.mesh.${number}`];
	const expected = names.map(name => `compartment-${name}`);
	expect([state.networks!.environment.name, state.networks!.mesh.name]).toEqual(expected);
	expect(state.networks!.other).toBeUndefined();
	expect(await networkNames(world)).toEqual([...expected].sort());
	for (const {name, networks, labels: own} of await ownContainers(world)) {
		const isResource = own[labels.address]?.startsWith('resource.');
		expect(Object.keys(networks).sort(), name).toEqual((isResource ? expected.slice(0, 1) : [...expected]).sort());
	}
	const {containers} = await world.engine.observe({[labels.router]: 'true'});
	// Nothing is routed or probed in some of these environments.
	const joined = containers.flatMap(({networks}) => Object.keys(networks));
	if (containers.length > 0) expect(joined.filter(name => name.startsWith('compartment-shop'))).toEqual([expected[0]]);
	const table = [...world.router.tables.values()].find(({lineage}) => lineage === state.lineage);
	if (table) expect(table).toMatchObject({subnet: state.networks!.environment.subnet});
	expect(table?.otherSubnet).toBeUndefined();
	const serving = [...world.router.servers.values()].filter(({isServing}) => isServing);
	for (const {address} of serving) expect(isInside(state.networks!.environment, address)).toBe(true);
	const {plan} = await world.plan(descriptor);
	expect(plan.actions.filter(({kind}) => kind !== 'none')).toEqual([]);
	expect(plan.drift).toEqual([]);
}
