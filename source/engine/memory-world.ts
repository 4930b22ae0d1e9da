import {createHash} from 'node:crypto';
import {EngineError} from '../errors.ts';
import type {
	Attachment,
	ContainerSpec,
	ContainerState,
	EngineEvent,
	Image,
	Labels,
	LogLine,
	NetworkSpec,
	Restart,
} from './engine.ts';
import type {RunEvent} from './previous-run.ts';

export type MemoryContainer = {
	readonly id: string;
	name: string;
	readonly spec: ContainerSpec;
	readonly imageId: string;
	readonly labels: Labels;
	state: ContainerState;
	restart: Restart;
	/** Network name → place in it. */
	readonly attachments: Map<string, Attachment>;
	/** Network name → address, while it runs. */
	readonly addresses: Map<string, string>;
	/** Path → content. */
	readonly files: Map<string, string | Uint8Array>;
	readonly log: LogLine[];
	readonly createdAt: number;
	startedAt: number | undefined;
	finishedAt: number | undefined;
	exitCode: number;
	/** Starts and ends, oldest first. */
	readonly past: RunEvent[];
	isOutOfMemory: boolean;
	restartCount: number;
	error: string;
};

export type MemoryNetwork = NetworkSpec & {readonly id: string};

type Listener = (event: EngineEvent | undefined) => void;

/** Everything that a memory engine holds. */
export type World = {
	readonly containers: Map<string, MemoryContainer>;
	readonly networks: Map<string, MemoryNetwork>;
	readonly volumes: Map<string, Labels>;
	readonly images: Map<string, Image>;
	/** Milliseconds since the epoch; one more with every call, so that runs are repeatable. */
	readonly now: () => number;
	readonly nextId: (kind: string) => string;
	readonly emit: (event: Omit<EngineEvent, 'at'>) => void;
	/** Wakes who waits for something that is no event, such as a line of a log. */
	readonly wake: () => void;
	/** Calls back on every event, and without one on a wake, until the result is called. */
	readonly listen: (listener: Listener) => () => void;
};

export function createWorld(): World {
	let time = Date.UTC(2026, 0, 1);
	let made = 0;
	const listeners = new Set<Listener>();
	const now = () => ++time;
	return {
		containers: new Map(),
		networks: new Map(),
		volumes: new Map(),
		images: new Map(),
		now,
		nextId: kind => hashOf(`${kind} ${++made}`),
		emit: event => {
			const timed = {...event, at: now()};
			for (const listener of listeners) listener(timed);
		},
		wake: () => {
			for (const listener of listeners) listener(undefined);
		},
		listen: listener => {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
	};
}

export const hashOf = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');

export function fail(operation: string, text: string, status: number): never {
	throw new EngineError(`cannot ${operation}: ${text}`, {status});
}

export const hasLabels = (labels: Labels, wanted: Labels): boolean =>
	Object.entries(wanted).every(([name, value]) => name in labels && (value === '' || labels[name] === value));

/** By id, the beginning of an id, or name. */
export function findContainer(world: World, id: string): MemoryContainer | undefined {
	const all = [...world.containers.values()];
	return all.find(({name}) => name === id) ?? all.find(container => id.length >= 12 && container.id.startsWith(id));
}

export function requireContainer(world: World, id: string, operation: string): MemoryContainer {
	return findContainer(world, id) ?? fail(operation, `No such container: ${id}`, 404);
}

export function findNetwork(world: World, id: string): MemoryNetwork | undefined {
	const all = [...world.networks.values()];
	return all.find(({name}) => name === id) ?? all.find(network => id.length >= 12 && network.id.startsWith(id));
}

/** By id, or by tag; without a tag `latest` is meant. */
export function findStoredImage(world: World, reference: string): Image | undefined {
	const tag = /:[^/]*$/.test(reference) ? reference : `${reference}:latest`;
	return (
		world.images.get(reference) ??
		world.images.get(`sha256:${reference}`) ??
		[...world.images.values()].find(({tags, digests}) => tags.includes(tag) || digests.includes(reference))
	);
}
