import type {Attachment, Engine} from './engine.ts';
import {firstFree, hasOverlap, toNumber, toRange} from './memory-addresses.ts';
import {fail, findNetwork, type MemoryContainer, requireContainer, type World} from './memory-world.ts';

type Networks = Pick<Engine, 'createNetwork' | 'removeNetwork' | 'createVolume' | 'removeVolume' | 'join' | 'leave'>;

export function createMemoryNetworks(world: World): Networks {
	return {
		createNetwork: async spec => {
			const task = `create network ${spec.name}`;
			const others = [...world.networks.values()];
			if (others.some(({name}) => name === spec.name)) {
				fail(task, `network with name ${spec.name} already exists`, 409);
			}
			if (others.some(({subnet}) => hasOverlap(toRange(subnet), toRange(spec.subnet)))) {
				fail(task, 'Pool overlaps with other one on this address space', 403);
			}
			const network = {...spec, id: world.nextId('network'), taken: new Set<string>()};
			world.networks.set(network.id, network);
			world.emit({object: 'network', action: 'create', id: network.id, attributes: {name: spec.name}});
			return {
				id: network.id,
				name: spec.name,
				labels: spec.labels,
				subnet: spec.subnet,
				addressRange: spec.addressRange,
			};
		},

		removeNetwork: async id => {
			const network = findNetwork(world, id);
			if (!network) return;
			const user = [...world.containers.values()].find(({addresses}) => addresses.has(network.name));
			if (user) fail(`remove network ${network.name}`, `container ${user.name} is connected to it`, 403);
			world.networks.delete(network.id);
			world.emit({object: 'network', action: 'destroy', id: network.id, attributes: {name: network.name}});
		},

		createVolume: async (name, labels) => {
			if (world.volumes.has(name)) return;
			world.volumes.set(name, labels);
			world.emit({object: 'volume', action: 'create', id: name, attributes: {}});
		},

		removeVolume: async name => {
			const users = [...world.containers.values()].filter(({spec}) => name in (spec.volumes ?? {}));
			if (users.length > 0) {
				fail(`remove volume ${name}`, `volume is in use - [${users.map(({id}) => id).join(', ')}]`, 409);
			}
			world.volumeFiles.delete(name);
			if (world.volumes.delete(name)) world.emit({object: 'volume', action: 'destroy', id: name, attributes: {}});
		},

		join: async (id, attachment) => {
			const task = `join container ${id} to network ${attachment.network}`;
			attach(world, requireContainer(world, id, task), attachment, task);
		},

		leave: async (id, network) => {
			const container = requireContainer(world, id, `disconnect container ${id} from network ${network}`);
			container.attachments.delete(network);
			releaseAddress(world, container, network);
		},
	};
}

/** Connects a container to another network. */
export function attach(world: World, container: MemoryContainer, attachment: Attachment, task: string): void {
	const {network} = attachment;
	if (!findNetwork(world, network)) fail(task, `network ${network} not found`, 404);
	if (container.attachments.has(network)) {
		fail(task, `endpoint with name ${container.name} already exists in network ${network}`, 403);
	}
	if (container.state === 'running') takeAddress(world, container, attachment, task);
	container.attachments.set(network, attachment);
}

/** Gives a running container its address; a stopped one holds none. */
export function takeAddress(world: World, container: MemoryContainer, attachment: Attachment, task: string): void {
	const network = findNetwork(world, attachment.network) ?? fail(task, `network ${attachment.network} not found`, 404);
	const {address} = attachment;
	if (address !== undefined) {
		const range = toRange(network.subnet);
		const value = toNumber(address);
		if (value < range.first || value > range.last) {
			fail(task, `Invalid address ${address}: It does not belong to any of this network's subnets`, 400);
		}
		if (network.taken.has(address)) fail(task, 'Address already in use', 403);
	}
	const given = address ?? firstFree(network.subnet, network.addressRange, network.taken);
	if (given === undefined) fail(task, "no available IPv4 addresses on this network's address pools", 403);
	container.addresses.set(network.name, given);
	network.taken.add(given);
}

/** Takes a container's address in a network back. */
function releaseAddress(world: World, {addresses}: MemoryContainer, network: string): void {
	findNetwork(world, network)?.taken.delete(addresses.get(network) ?? '');
	addresses.delete(network);
}

/** Takes all addresses of a container back. */
export function releaseAddresses(world: World, container: MemoryContainer): void {
	for (const network of [...container.addresses.keys()]) releaseAddress(world, container, network);
}
