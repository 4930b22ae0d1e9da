import {createHash} from 'node:crypto';
import {EngineError} from '../errors.ts';
import type {
	AnyRestart,
	Attachment,
	ContainerSpec,
	ContainerState,
	EngineEvent,
	Image,
	Labels,
	LogLine,
	NetworkSpec,
} from './engine.ts';
import type {RunEvent} from './previous-run.ts';

export type MemoryContainer = {
	readonly id: string;
	name: string;
	readonly spec: ContainerSpec;
	readonly imageId: string;
	readonly labels: Labels;
	state: ContainerState;
	restart: AnyRestart;
	/** Network name → attachment. */
	readonly attachments: Map<string, Attachment>;
	/** Network name → address; empty while it does not run. */
	readonly addresses: Map<string, string>;
	/** Path → content. */
	readonly files: Map<string, string | Uint8Array>;
	readonly log: LogLine[];
	readonly createdAt: number;
	startedAt: number | undefined;
	finishedAt: number | undefined;
	exitCode: number;
	/** Starts and exits, oldest first. */
	readonly past: RunEvent[];
	isOutOfMemory: boolean;
	restartCount: number;
	error: string;
	/** Since its start, as the list says it: `3 minutes`. Set by tests only, because no time passes here. */
	uptime: string | undefined;
};

export type MemoryNetwork = NetworkSpec & {
	readonly id: string;
	/** The addresses of running containers. */
	readonly taken: Set<string>;
};

type Listener = (event: EngineEvent | undefined) => void;

/** The data of a memory engine. */
export type World = {
	readonly containers: Map<string, MemoryContainer>;
	readonly networks: Map<string, MemoryNetwork>;
	readonly volumes: Map<string, Labels>;
	/** Volume → path in it → content. */
	readonly volumeFiles: Map<string, Map<string, string | Uint8Array>>;
	readonly images: Map<string, Image>;
	/** Milliseconds since the epoch; advances by one with every call, so that runs are reproducible. */
	readonly now: () => number;
	readonly nextId: (kind: string) => string;
	readonly emit: (event: Omit<EngineEvent, 'at'>) => void;
	/** Wakes listeners for a change that is not an event, such as a log line. */
	readonly wake: () => void;
	/** Calls back on every event, and on a wake without an event. Returns a function that unsubscribes. */
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
		volumeFiles: new Map(),
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

export function fail(task: string, text: string, status: number): never {
	throw new EngineError(`cannot ${task}: ${text}`, {status});
}

export const hasLabels = (labels: Labels, wanted: Labels): boolean =>
	Object.entries(wanted).every(([name, value]) => name in labels && (value === '' || labels[name] === value));

/** Finds a container by id, id prefix or name. */
export function findContainer(world: World, id: string): MemoryContainer | undefined {
	const known = world.containers.get(id);
	if (known) return known;
	const all = () => world.containers.values();
	return all().find(({name}) => name === id) ?? all().find(container => id.length >= 12 && container.id.startsWith(id));
}

export function requireContainer(world: World, id: string, task: string): MemoryContainer {
	return findContainer(world, id) ?? fail(task, `No such container: ${id}`, 404);
}

export function findNetwork(world: World, id: string): MemoryNetwork | undefined {
	const all = [...world.networks.values()];
	return all.find(({name}) => name === id) ?? all.find(network => id.length >= 12 && network.id.startsWith(id));
}

/** Finds an image by id or tag; the tag defaults to `latest`. */
export function findStoredImage(world: World, reference: string): Image | undefined {
	const tag = /:[^/]*$/.test(reference) ? reference : `${reference}:latest`;
	return (
		world.images.get(reference) ??
		world.images.get(`sha256:${reference}`) ??
		[...world.images.values()].find(({tags, digests}) => tags.includes(tag) || digests.includes(reference))
	);
}
