import type {ContainerSpec} from './engine.ts';
import {emptyVolumes, putFile} from './memory-archives.ts';
import {releaseAddresses, takeAddress} from './memory-networks.ts';
import {fail, type MemoryContainer, type World} from './memory-world.ts';

/** What a container does when it is started: it runs, exits at once, or fails to start. */
export type Outcome =
	| {readonly type: 'runs'}
	| {
			readonly type: 'exits';
			readonly code: number;
			readonly output?: readonly string[];
			/** Files that it leaves: absolute path → content. */
			readonly files?: Readonly<Record<string, string>>;
			/** Folder whose volumes it empties. */
			readonly empties?: string;
	  }
	| {readonly type: 'fails'; readonly error: string};

export function startContainer(
	world: World,
	container: MemoryContainer,
	outcomeOf: (spec: ContainerSpec) => Outcome,
): void {
	if (container.state === 'running') return;
	if (container.state === 'paused') {
		container.state = 'running';
		emit(world, container, 'unpause');
		return;
	}
	const task = `start container ${container.name}`;
	const outcome = outcomeOf(container.spec);
	try {
		refuseTakenPort(world, container, task);
		for (const attachment of container.attachments.values()) takeAddress(world, container, attachment, task);
		if (outcome.type === 'fails') fail(task, outcome.error, 400);
	} catch (error) {
		releaseAddresses(world, container);
		container.error = String((error as Error).message).slice(`cannot ${task}: `.length);
		throw error;
	}
	Object.assign(container, {state: 'running', startedAt: world.now(), exitCode: 0, error: '', uptime: undefined});
	emit(world, container, 'start');
	if (outcome.type !== 'exits') return;
	for (const text of outcome.output ?? []) {
		container.log.push({at: new Date(world.now()).toISOString(), stream: 'stdout', text});
	}
	if (outcome.empties !== undefined) emptyVolumes(world, container, outcome.empties);
	for (const [path, content] of Object.entries(outcome.files ?? {})) putFile(world, container, path, content);
	endContainer(world, container, outcome.code);
}

export function endContainer(world: World, container: MemoryContainer, exitCode: number, isOutOfMemory = false): void {
	if (container.state !== 'running') return;
	releaseAddresses(world, container);
	Object.assign(container, {state: 'exited', finishedAt: world.now(), exitCode, isOutOfMemory});
	if (isOutOfMemory) emit(world, container, 'oom');
	emit(world, container, 'die', {exitCode: String(exitCode)});
}

export function emit(
	world: World,
	{id, name, labels, past}: MemoryContainer,
	action: string,
	more: Record<string, string> = {},
): void {
	const attributes = {...labels, name, ...more};
	past.push({at: world.now(), action, attributes});
	world.emit({object: 'container', action, id, attributes});
}

function refuseTakenPort(world: World, container: MemoryContainer, task: string): void {
	if (container.spec.publish === undefined) return;
	const running = [...world.containers.values()].filter(({state}) => state === 'running');
	const taken = new Set(running.flatMap(({spec}) => Object.values(spec.publish ?? {}).map(({port}) => port)));
	for (const {host, port} of Object.values(container.spec.publish ?? {})) {
		if (taken.has(port)) fail(task, `Bind for ${host}:${port} failed: port is already allocated`, 500);
	}
}
