import type {
	ContainerSpec,
	Engine,
	EngineInfo,
	ExecOptions,
	ExecResult,
	Image,
	LogStream,
	ObservedContainer,
} from './engine.ts';
import {createMemoryArchives} from './memory-archives.ts';
import {type Call, createCallLog, type Method} from './memory-calls.ts';
import {createMemoryContainers} from './memory-containers.ts';
import {createMemoryImages, type ImageContent, storeImage} from './memory-images.ts';
import {endContainer, type Outcome, startContainer} from './memory-lifecycle.ts';
import {createMemoryNetworks} from './memory-networks.ts';
import {createMemoryReads} from './memory-reads.ts';
import {createWorld, fail, hashOf, type MemoryContainer, requireContainer} from './memory-world.ts';
import type {RunEvent} from './previous-run.ts';

export type ExecCall = ExecOptions & {readonly container: ObservedContainer; readonly command: readonly string[]};

export type MemoryOptions = {
	/** Images that exist from the start: reference → content. */
	readonly images?: Readonly<Record<string, ImageContent>>;
	/** Images that a pull can find. */
	readonly registry?: Readonly<Record<string, ImageContent>>;
	/** Its processor. Default: `x86_64`. */
	readonly architecture?: string;
	/** Whether it counts as an engine of this machine; default true. */
	readonly isLocal?: boolean;
	/** How far its clock is ahead of ours. */
	readonly clockOffsetMs?: number;
	/** What a container does when it is started. Default: it runs. */
	readonly start?: (spec: ContainerSpec) => Outcome;
	/** The result of a command inside a container. Default: exit code 0 and no output. */
	readonly exec?: (call: ExecCall) => Partial<ExecResult> | Promise<Partial<ExecResult>>;
	/** The result of a build; may throw. */
	readonly build?: (request: Parameters<Engine['buildImage']>[0], context: Buffer) => ImageContent;
};

/** An in-memory engine for tests. The same calls give the same ids and times. */
export type MemoryEngine = Engine & {
	/** All calls so far in order, including failed ones. */
	readonly calls: readonly Call[];
	/** Makes the next call of this method fail, `before` it does anything or `after` it, as when the response is lost. */
	failNext(method: Method, error: Error, when?: 'before' | 'after'): void;
	addImage(reference: string, content?: ImageContent): Image;
	/** Makes a container exit; its restart policy applies. */
	crash(id: string, exitCode: number, isOutOfMemory?: boolean): void;
	print(id: string, text: string, stream?: LogStream): void;
	/** Sets what would otherwise take time to happen, such as many restarts. */
	age(
		id: string,
		condition: Partial<
			Pick<
				MemoryContainer,
				'state' | 'restartCount' | 'startedAt' | 'finishedAt' | 'exitCode' | 'isOutOfMemory' | 'uptime'
			>
		> & {readonly past?: readonly RunEvent[]},
	): void;
	/** The container with its specification, files and log. */
	look(id: string): Readonly<MemoryContainer>;
};

export function createMemoryEngine(options: MemoryOptions = {}): MemoryEngine {
	const world = createWorld();
	const start = options.start ?? (() => ({type: 'runs'}) as const);
	const reads = createMemoryReads(world);
	const addImage = (reference: string, content: ImageContent = {}) =>
		storeImage(world, reference, hashOf(JSON.stringify([reference, content])), content);
	for (const [reference, content] of Object.entries(options.images ?? {})) addImage(reference, content);

	const info: EngineInfo = {
		id: 'memory',
		name: 'memory',
		version: '0',
		apiVersion: '1.41',
		operatingSystem: 'none',
		architecture: options.architecture ?? 'x86_64',
		hasBuildKit: true,
		hasInit: true,
		address: 'memory:',
		clockOffsetMs: options.clockOffsetMs ?? 0,
		rootDirectory: '',
	};

	const exec: Engine['exec'] = async (id, command, given = {}) => {
		given.signal?.throwIfAborted();
		const task = `run ${command[0] ?? 'a command'} in container ${id}`;
		const {id: full, state} = requireContainer(world, id, task);
		if (state !== 'running') fail(task, `Container ${full} is not running`, 409);
		const container = (await reads.inspectContainer(full))!;
		const result = {exitCode: 0, stdout: '', stderr: '', ...(await options.exec?.({...given, container, command}))};
		for (const stream of ['stdout', 'stderr'] as const) {
			for (const line of result[stream].split('\n')) if (line !== '') given.onLine?.(line, stream);
		}
		return result;
	};

	const archives = createMemoryArchives(world);
	const {calls, failNext, observeCalls} = createCallLog();
	return {
		address: info.address,
		isLocal: options.isLocal ?? true,
		connect: async () => undefined,
		shell: async () => undefined,
		forwardPort: async () => undefined,
		clientVariables: async () => ({}),
		readArchive: archives.readArchive,
		...observeCalls({
			info: async () => info,
			hasBuildKit: async () => info.hasBuildKit,
			...reads,
			...createMemoryContainers(world, start),
			writeArchive: archives.writeArchive,
			...createMemoryNetworks(world),
			...createMemoryImages(world, options.registry ?? {}, options.build ?? (() => ({}))),
			exec,
		}),
		calls,
		failNext,
		addImage,
		crash: (id, exitCode, isOutOfMemory = false) => {
			const container = requireContainer(world, id, 'crash');
			endContainer(world, container, exitCode, isOutOfMemory);
			const {policy, maxRetries = 0} = container.restart;
			const mayRetry = maxRetries === 0 || container.restartCount < maxRetries;
			if (policy === 'no' || (policy === 'on-failure' && (exitCode === 0 || !mayRetry))) return;
			container.restartCount++;
			startContainer(world, container, start);
		},
		print: (id, text, stream = 'stdout') => {
			const container = requireContainer(world, id, 'print');
			container.log.push({at: new Date(world.now()).toISOString(), stream, text});
			world.wake();
		},
		age: (id, {past, ...condition}) => {
			const container = requireContainer(world, id, 'age');
			Object.assign(container, condition);
			if (past) container.past.splice(0, container.past.length, ...past);
		},
		look: id => requireContainer(world, id, 'look'),
	};
}
