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
import {type Call, createCallLog, type Operation} from './memory-calls.ts';
import {createMemoryContainers} from './memory-containers.ts';
import {createMemoryImages, type ImageContent, storeImage} from './memory-images.ts';
import {endContainer, type Outcome, startContainer} from './memory-lifecycle.ts';
import {createMemoryNetworks} from './memory-networks.ts';
import {createMemoryReads} from './memory-reads.ts';
import {createWorld, fail, hashOf, type MemoryContainer, requireContainer} from './memory-world.ts';
import type {RunEvent} from './previous-run.ts';

export type ExecCall = ExecOptions & {readonly container: ObservedContainer; readonly command: readonly string[]};

export type MemoryOptions = {
	/** Images that are there from the beginning: reference → content. */
	readonly images?: Readonly<Record<string, ImageContent>>;
	/** Images that a pull finds. */
	readonly registry?: Readonly<Record<string, ImageContent>>;
	/** How far its clock is ahead of ours. */
	readonly clockOffsetMs?: number;
	/** What a started container does; by default it runs. */
	readonly start?: (spec: ContainerSpec) => Outcome;
	/** What a command inside a container gives; by default exit code 0 and no output. */
	readonly exec?: (call: ExecCall) => Partial<ExecResult> | Promise<Partial<ExecResult>>;
	/** What a build gives; it may throw. */
	readonly build?: (request: Parameters<Engine['buildImage']>[0], context: Buffer) => ImageContent;
};

/** An engine without an engine, for tests of what uses one. Equal calls give equal ids and times. */
export type MemoryEngine = Engine & {
	/** Every call so far, in order, failed ones too. */
	readonly calls: readonly Call[];
	/**
	 * The next call of this operation fails: `before` it does anything, or `after` it did, as when the answer is lost.
	 */
	failNext(operation: Operation, error: Error, when?: 'before' | 'after'): void;
	addImage(reference: string, content?: ImageContent): Image;
	/** Ends a container by itself; its restart policy is followed. */
	crash(id: string, exitCode: number, isOutOfMemory?: boolean): void;
	print(id: string, text: string, stream?: LogStream): void;
	/** Puts a container into a condition that time would bring it to, such as many restarts. */
	age(
		id: string,
		condition: Partial<
			Pick<MemoryContainer, 'state' | 'restartCount' | 'startedAt' | 'finishedAt' | 'exitCode' | 'isOutOfMemory'>
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
		hasBuildKit: true,
		hasInit: true,
		address: 'memory:',
		clockOffsetMs: options.clockOffsetMs ?? 0,
	};

	const exec: Engine['exec'] = async (id, command, given = {}) => {
		given.signal?.throwIfAborted();
		const operation = `run ${command[0] ?? 'a command'} in container ${id}`;
		const {id: full, state} = requireContainer(world, id, operation);
		if (state !== 'running') fail(operation, `Container ${full} is not running`, 409);
		const container = (await reads.inspectContainer(full))!;
		const result = {exitCode: 0, stdout: '', stderr: '', ...(await options.exec?.({...given, container, command}))};
		for (const stream of ['stdout', 'stderr'] as const) {
			for (const line of result[stream].split('\n')) if (line !== '') given.onLine?.(line, stream);
		}
		return result;
	};

	const {calls, failNext, observeCalls} = createCallLog();
	return {
		address: info.address,
		...observeCalls({
			info: async () => info,
			...reads,
			...createMemoryContainers(world, start),
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
