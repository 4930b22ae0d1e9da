import type {Project} from '../descriptor/project.ts';
import type {ContainerConfiguration, Engine, Observed} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {labels} from '../model/labels.ts';
import {resourceContainerName} from '../model/names.ts';
import type {Owner} from '../model/own.ts';
import {observeRouter, type RouterOptions, readTables} from '../router/router.ts';
import type {RouteTable} from '../router/table.ts';

/** What the engine still has of an environment whose state is lost. */
export type Remains = {
	readonly owner: Owner;
	readonly engineId: string;
	readonly project: Project;
	readonly observed: Observed;
	/** By container id, of services and resources. Secrets are among the values. */
	readonly configurations: ReadonlyMap<string, ContainerConfiguration>;
	/** Resources with a container of their name that has no engine labels: it was adopted in place. */
	readonly adopted: readonly AdoptedInPlace[];
	/** What the router serves for the environment; undefined without a router, or before the first switch. */
	readonly table: RouteTable | undefined;
	readonly hasRouter: boolean;
};

export type AdoptedInPlace = {readonly resource: string; readonly containerName: string};

type RemainsWorld = {readonly engine: Engine; readonly router: RouterOptions; readonly project: Project};

/** @throws UserError for a router that does not run: it alone knows which deployments serve */
async function readTable(
	{engine, router}: RemainsWorld,
	lineage: string,
): Promise<Pick<Remains, 'table' | 'hasRouter'>> {
	const {state} = await observeRouter(engine, router);
	if (state === 'stopped')
		throw new UserError(`The router ${router.name} is stopped. It knows which deployments serve.`, {
			hint: `Start it: docker start ${router.name}`,
		});
	const table = (await readTables(engine, router)).find(each => each.lineage === lineage);
	return {table, hasRouter: state === 'running'};
}

async function findAdopted({engine, project}: RemainsWorld, {environment}: Owner): Promise<readonly AdoptedInPlace[]> {
	const named = project.resources.map(({name}) => ({
		resource: name,
		containerName: resourceContainerName(project.name, environment, name),
	}));
	const found = await Promise.all(named.map(({containerName}) => engine.findByName('container', containerName)));
	return named.filter((_, index) => found[index] && !found[index].labels[labels.lineage]);
}

const hasConfiguration = (address = ''): boolean => address.startsWith('service.') || address.startsWith('resource.');

/** Reads everything that a state is rebuilt from. Changes nothing. */
export async function readRemains(world: RemainsWorld, owner: Owner, observed: Observed): Promise<Remains> {
	const {engine, project} = world;
	const wanted = observed.containers.filter(({labels: own}) => hasConfiguration(own[labels.address]));
	const [info, router, adopted, found] = await Promise.all([
		engine.info(),
		readTable(world, owner.lineage),
		findAdopted(world, owner),
		Promise.all(wanted.map(async ({id}) => [id, await engine.readConfiguration(id)] as const)),
	]);
	const configurations = new Map(found.flatMap(([id, each]) => (each ? [[id, each] as const] : [])));
	return {owner, engineId: info.id, project, observed, configurations, adopted, ...router};
}
