import {EngineError} from '../errors.ts';
import {resourceAddress} from '../model/address.ts';
import {labels, labelsOf} from '../model/labels.ts';
import {routerNetworkName} from '../model/names.ts';
import {isOwnContainer, isOwnNetwork, isOwnVolume, type Owner, ownObjects} from '../model/own.ts';
import {shown} from './docker-errors.ts';
import type {
	ContainerDetails,
	Engine,
	Labels,
	Observed,
	ObservedContainer,
	ObservedNetwork,
	ReadonlyEngine,
} from './engine.ts';
import {type ContainerOwner, withNames} from './renamed.ts';

/**
 * An engine restricted to one environment and the router. Steps and recovery accept no other, so that a recorded id can
 * never reach a container that is not ours.
 */
export type OwnEngine = Engine & {
	readonly owner: Owner;
	/**
	 * Counts objects without our labels as ours from now on: those that an approved plan, or the user, names. Containers are
	 * given by id.
	 */
	readonly admit: (named: {
		readonly containers?: readonly string[] | undefined;
		readonly volumes?: readonly string[];
	}) => void;
};

/**
 * An engine that is not restricted. Plans need it: from an environment's own part, a router that others use looks unused, and
 * a destroy would remove it.
 */
export type WholeEngine = ReadonlyEngine & {readonly owner?: never};

/** Observes the objects of all environments on the engine, whatever state they belong to. */
export const observeEverything = (engine: Pick<WholeEngine, 'observe' | 'owner'>): Promise<Observed> =>
	engine.observe({[labels.lineage]: ''});

/** An environment with what its state knows to be its own although the engine has no label that says so. */
export type RecordedOwner = ContainerOwner & {
	readonly volumes: Readonly<Record<string, {readonly name: string; readonly isExternal?: true}>>;
	readonly resources: Readonly<
		Record<
			string,
			{readonly name: string; readonly containerId: string; readonly containerName: string; readonly isAdopted?: true}
		>
	>;
};

/** What an environment has that was adopted as it was, as if it had the labels of what Compartment makes. */
export type Unlabelled = Pick<Observed, 'containers' | 'volumes'>;

const hasAll = (own: Labels, wanted: Labels): boolean =>
	Object.entries(wanted).every(([key, value]) => own[key] === value);

/** Finds what was adopted as it was. What is gone is left out. */
export async function findUnlabelled(
	engine: Pick<ReadonlyEngine, 'findByName' | 'inspectContainer'>,
	{volumes, resources, lineage, project, environment}: Omit<RecordedOwner, 'deployments'>,
	wanted: Labels = {},
): Promise<Unlabelled> {
	const labelsAt = (address: string) => labelsOf({lineage, project, environment, address});
	const external = Object.entries(volumes)
		.filter(([, {isExternal}]) => isExternal)
		.map(([address, {name}]) => ({name, labels: labelsAt(address)}))
		.filter(({labels: own}) => hasAll(own, wanted));
	const adopted = Object.values(resources)
		.filter(({isAdopted}) => isAdopted)
		.map(({name, containerId}) => ({id: containerId, labels: labelsAt(resourceAddress(name))}))
		.filter(({labels: own}) => hasAll(own, wanted));
	const [found, details] = await Promise.all([
		Promise.all(external.map(({name}) => engine.findByName('volume', name))),
		Promise.all(adopted.map(({id}) => engine.inspectContainer(id))),
	]);
	return {
		volumes: external.filter((_, index) => found[index] !== undefined),
		containers: details.flatMap((container, index) =>
			container ? [{...container, labels: {...container.labels, ...adopted[index]!.labels}}] : [],
		),
	};
}

/** The objects of an environment among those of one read, named as recorded, and what only its state knows. */
export const withUnlabelled = (
	observed: Observed,
	owner: ContainerOwner,
	{containers, volumes}: Unlabelled,
): Observed => {
	const own = ownObjects(withNames(observed, owner), owner);
	return {...own, containers: [...own.containers, ...containers], volumes: [...own.volumes, ...volumes]};
};

/**
 * The objects of an environment among those of one read, named as recorded, and those that only its state knows. An external volume is among them,
 * but `removeVolume` of an `OwnEngine` refuses it.
 */
export const pickOwn = async (
	engine: Pick<ReadonlyEngine, 'findByName' | 'inspectContainer'>,
	observed: Observed,
	owner: RecordedOwner,
	wanted: Labels = {},
): Promise<Observed> => withUnlabelled(observed, owner, await findUnlabelled(engine, owner, wanted));

/** Observes everything that belongs to an environment. */
export const observeOwn = async (
	engine: Pick<ReadonlyEngine, 'observe' | 'findByName' | 'inspectContainer'>,
	owner: RecordedOwner,
	wanted: Labels = {},
): Promise<Observed> =>
	pickOwn(engine, await engine.observe({[labels.lineage]: owner.lineage, ...wanted}), owner, wanted);

/**
 * Restricts an engine to one environment. A container's labels are read once, before the first call that touches it
 * (stop, start, rename, exec, disconnect, remove …); one that is not ours counts as missing. Networks and volumes are
 * found by their labels as well.
 * @param routerName the router serves every environment, so it is ours too
 * @param known containers that are already known to be ours
 */
export function ownEngine(
	engine: Engine,
	owner: Owner & {readonly resources?: RecordedOwner['resources']},
	routerName: string,
	known: readonly Pick<ObservedContainer, 'id'>[] = [],
): OwnEngine {
	// Labels never change, and only we change names.
	const adopted = Object.values(owner.resources ?? {}).filter(({isAdopted}) => isAdopted);
	const own = new Set([...known.map(({id}) => id), ...adopted.map(({containerId}) => containerId)]);
	const ownNetworks = new Set<string>();
	const admittedVolumes = new Set<string>();
	const isOurs = (container: Pick<ContainerDetails, 'name' | 'labels'>): boolean =>
		isOwnContainer(container, owner) ||
		(container.labels[labels.router] === 'true' && container.name.startsWith(routerName));

	const isRouterNetwork = ({name, labels: found}: ObservedNetwork): boolean =>
		found[labels.router] === 'true' && name === routerNetworkName(routerName);

	const inspectContainer: Engine['inspectContainer'] = async id => {
		const details = await engine.inspectContainer(id);
		if (!details || !(own.has(details.id) || isOurs(details))) return undefined;
		own.add(details.id);
		// A name may belong to another container later; the first digits of an id may not.
		if (details.id.startsWith(id)) own.add(id);
		return details;
	};
	const isOwn = async (id: string): Promise<boolean> => own.has(id) || (await inspectContainer(id)) !== undefined;
	const assertOwn = async (id: string, task: string): Promise<void> => {
		if (await isOwn(id)) return;
		const place = `environment ${owner.environment} of ${owner.project}`;
		throw new EngineError(`cannot ${task} container ${shown(id)}: ${place} has no such container`, {status: 404});
	};
	const learn = (id: string): string => {
		own.add(id);
		return id;
	};

	return {
		...engine,
		owner,
		admit({containers = [], volumes = []}) {
			for (const id of containers) own.add(id);
			for (const name of volumes) admittedVolumes.add(name);
		},
		async observe(wanted) {
			const found = await engine.observe(wanted);
			const observed = ownObjects(found, owner);
			for (const {id} of observed.containers) own.add(id);
			for (const {id} of observed.networks) ownNetworks.add(id);
			return {...observed, networks: [...observed.networks, ...found.networks.filter(isRouterNetwork)]};
		},
		inspectContainer,
		readConfiguration: async id => ((await isOwn(id)) ? engine.readConfiguration(id) : undefined),
		async *logs(id, options) {
			await assertOwn(id, 'read the log of');
			yield* engine.logs(id, options);
		},
		run: async spec => learn(await engine.run(spec)),
		create: async spec => learn(await engine.create(spec)),
		async start(id) {
			await assertOwn(id, 'start');
			await engine.start(id);
		},
		async stop(id, graceSeconds) {
			if (await isOwn(id)) await engine.stop(id, graceSeconds);
		},
		async rename(id, name) {
			await assertOwn(id, 'rename');
			await engine.rename(id, name);
		},
		async setRestart(id, restart) {
			await assertOwn(id, 'change');
			await engine.setRestart(id, restart);
		},
		async remove(id) {
			if (await isOwn(id)) await engine.remove(id);
		},
		async wait(id, signal) {
			await assertOwn(id, 'wait for');
			return engine.wait(id, signal);
		},
		async join(id, attachment) {
			await assertOwn(id, 'connect');
			await engine.join(id, attachment);
		},
		async leave(id, network) {
			await assertOwn(id, 'disconnect');
			await engine.leave(id, network);
		},
		async exec(id, command, options) {
			await assertOwn(id, 'enter');
			return engine.exec(id, command, options);
		},
		async *readArchive(id, folder, signal, options) {
			await assertOwn(id, 'read files of');
			yield* engine.readArchive(id, folder, signal, options);
		},
		async writeArchive(id, folder, archive, signal) {
			await assertOwn(id, 'write files into');
			await engine.writeArchive(id, folder, archive, signal);
		},
		readFiles: async (id, folder) => ((await isOwn(id)) ? engine.readFiles(id, folder) : undefined),
		async writeFiles(id, files) {
			await assertOwn(id, 'write files into');
			await engine.writeFiles(id, files);
		},
		async removeVolume(name) {
			const volume = await engine.findByName('volume', name);
			if (!volume) return;
			const isRouters = volume.labels[labels.router] === 'true' && name === routerName;
			const isOurs = isRouters || isOwnVolume({name, labels: volume.labels}, owner) || admittedVolumes.has(name);
			if (isOurs) await engine.removeVolume(name);
		},
		async removeNetwork(id) {
			if (ownNetworks.has(id)) return engine.removeNetwork(id);
			const found = await Promise.all([
				engine.observe({[labels.lineage]: owner.lineage}),
				engine.observe({[labels.router]: 'true'}),
			]);
			const network = found
				.flatMap(({networks}) => networks)
				.find(candidate => candidate.id === id || candidate.name === id);
			if (network && (isOwnNetwork(network, owner) || isRouterNetwork(network))) await engine.removeNetwork(network.id);
		},
	};
}
