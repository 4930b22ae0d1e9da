/**
 * The port to an engine. It speaks of what Compartment wants (run this, stop it, let it join a network), so that a
 * second engine can stand behind it. Commands that must not write get a `ReadonlyEngine`: a dry run cannot write, by
 * construction. Every failure is an EngineError that names the operation, the object and the engine's own text.
 */

import type {ContainerState} from '../model/container-state.ts';
import type {PreviousRun} from '../model/health-facts.ts';

export type Labels = Readonly<Record<string, string>>;

export type EngineInfo = {
	/** Stable identity of the engine; a state belongs to one engine. */
	readonly id: string;
	readonly name: string;
	readonly version: string;
	readonly apiVersion: string;
	readonly operatingSystem: string;
	/** Whether builds run with BuildKit. */
	readonly hasBuildKit: boolean;
	/** Whether it has a program for containers with `hasInit`. */
	readonly hasInit: boolean;
	/** What was connected to, for messages: `unix:///var/run/docker.sock`. */
	readonly address: string;
	/** How far its clock is ahead of ours, in milliseconds; negative when it is behind. */
	readonly clockOffsetMs: number;
};

export type {ContainerState};

export type ObservedContainer = {
	readonly id: string;
	readonly name: string;
	readonly state: ContainerState;
	/** The engine's own words, such as `Exited (137) 2 minutes ago`. */
	readonly status: string;
	readonly imageId: string;
	readonly labels: Labels;
	/** Network name → address inside it, empty while the container does not run. */
	readonly networks: Readonly<Record<string, string>>;
	/** Milliseconds since the epoch. */
	readonly createdAt: number;
};

export type ObservedNetwork = {
	readonly id: string;
	readonly name: string;
	readonly labels: Labels;
	/** CIDR, absent for drivers without one. */
	readonly subnet: string | undefined;
};

export type ObservedVolume = {readonly name: string; readonly labels: Labels};

/** Everything that carries the asked labels, from one read. */
export type Observed = {
	readonly containers: readonly ObservedContainer[];
	readonly networks: readonly ObservedNetwork[];
	readonly volumes: readonly ObservedVolume[];
};

export type ContainerDetails = ObservedContainer & {
	readonly exitCode: number;
	readonly isOutOfMemory: boolean;
	/** Milliseconds since the epoch, undefined when it never started or never finished. */
	readonly startedAt: number | undefined;
	readonly finishedAt: number | undefined;
	readonly restartCount: number;
	/** Engine's text when a start failed. */
	readonly error: string;
	/** Host ports, as `127.0.0.1:9080`. */
	readonly publishedPorts: readonly string[];
};

export type Image = {
	/** Content digest of the image's configuration, `sha256:…`. */
	readonly id: string;
	/** `repository@sha256:…` when it came from a registry. */
	readonly digests: readonly string[];
	readonly tags: readonly string[];
	readonly labels: Labels;
	/** TCP ports in EXPOSE order. */
	readonly exposedPorts: readonly number[];
	/** What a container runs when nothing else is said (CMD), after the entrypoint. */
	readonly command: readonly string[];
	/** What every command is handed to (ENTRYPOINT). */
	readonly entrypoint: readonly string[];
	/** Bytes. */
	readonly size: number;
	readonly createdAt: number;
};

/** What a container uses. */
export type Usage = {
	/** Milliseconds since the epoch. */
	readonly at: number;
	/** Milliseconds of all cores since it started: the difference of two reads is what it used in between. */
	readonly cpuMs: number;
	/** Bytes, without what the kernel only caches for it. */
	readonly memory: number;
};

export type LogStream = 'stdout' | 'stderr';

/** One line of foreign text, without its line end and not yet sanitised. `at` is the engine's RFC 3339 time. */
export type LogLine = {readonly at: string; readonly stream: LogStream; readonly text: string};

export type LogOptions = {
	readonly follow?: boolean;
	/** Last lines only. */
	readonly tail?: number;
	/** RFC 3339 or seconds since the epoch. */
	readonly since?: string;
	readonly signal?: AbortSignal;
};

export type EngineEvent = {
	/** Milliseconds since the epoch. */
	readonly at: number;
	readonly object: 'container' | 'network' | 'volume' | 'image';
	/** `start`, `die`, `destroy`, `oom`, `health_status: healthy` … */
	readonly action: string;
	readonly id: string;
	/** The object's labels and the engine's own attributes (`exitCode`, `name`). */
	readonly attributes: Labels;
};

export type ReadonlyEngine = {
	/** What is connected to, for messages. */
	readonly address: string;
	/** Fails within two seconds, with the address that was tried, when nothing answers. */
	info(): Promise<EngineInfo>;
	/** Containers (running or not), networks and volumes that carry all of these labels. An empty value asks for the label alone. */
	observe(labels: Labels): Promise<Observed>;
	inspectContainer(id: string): Promise<ContainerDetails | undefined>;
	/**
	 * Exit code of a container's latest end, also when the engine has started it again since. Undefined when it has not
	 * ended yet, or so long ago that the engine does not remember: engines keep some 256 events.
	 */
	lastExitCode(containerId: string): Promise<number | undefined>;
	/**
	 * The run before the current one of a container that the engine has started again. Undefined when it has not ended
	 * yet, or so long ago that the engine does not remember.
	 */
	previousRun(containerId: string): Promise<PreviousRun | undefined>;
	/** Undefined while the container does not run. */
	readUsage(containerId: string): Promise<Usage | undefined>;
	findImage(reference: string): Promise<Image | undefined>;
	listImages(labels: Labels): Promise<readonly Image[]>;
	/** Subnets (CIDR) of every network of the engine, ours or not. */
	listSubnets(): Promise<readonly string[]>;
	/** Name of the container, ours or not, that publishes this host port. */
	findPortOwner(port: number): Promise<string | undefined>;
	/** Names of containers, networks and volumes, ours or not, that stand in the way of these names, with their labels. */
	findByName(kind: 'container' | 'network' | 'volume', name: string): Promise<{id: string; labels: Labels} | undefined>;
	logs(containerId: string, options: LogOptions): AsyncIterable<LogLine>;
	/**
	 * Events of containers and images with these labels, from the first `next()` on, until the signal aborts. Engines do
	 * not report the labels of networks and volumes. A lost connection is an EngineError; reconnecting is the caller's part.
	 */
	events(labels: Labels, signal: AbortSignal): AsyncIterable<EngineEvent>;
};

/** cpu in cores, memory in bytes, processes and threads. */
export type Limits = {readonly cpu?: number; readonly memory?: number; readonly pids?: number};

/**
 * Processes and threads of a container that says nothing: more than a server with a process per connection uses, and
 * few enough for the kernel's usual 32,768, so that one that forks without end leaves room for the others.
 */
export const defaultPids = 4096;

export type Restart = {readonly policy: 'no' | 'on-failure' | 'unless-stopped'; readonly maxRetries?: number};

export type NetworkSpec = {
	readonly name: string;
	readonly labels: Labels;
	/** CIDR. */
	readonly subnet: string;
	/** CIDR inside the subnet from which the engine hands out addresses by itself. */
	readonly addressRange?: string;
};

export type Attachment = {
	readonly network: string;
	readonly aliases?: readonly string[];
	/** Fixed address inside the subnet. */
	readonly address?: string;
};

/** Files written into the container's file system before it starts. A path beneath a tmpfs is refused: it would be hidden. */
export type ContainerFile = {
	/** Absolute path. */
	readonly path: string;
	/** Octal permissions, 0o644 when absent. */
	readonly mode?: number;
	readonly uid?: number;
	readonly gid?: number;
} & (
	| {readonly content: string | Uint8Array; readonly target?: undefined}
	/** A symbolic link to this path. */
	| {readonly target: string; readonly content?: undefined}
);

export type ContainerSpec = {
	readonly name: string;
	/** Image id or reference. Must be present already. */
	readonly image: string;
	readonly labels: Labels;
	/** Replaces the image's command. */
	readonly command?: readonly string[];
	/** Replaces the image's entrypoint. */
	readonly entrypoint?: readonly string[];
	/** `KEY=value` pairs; they may hold secrets, so they are never put in a message. */
	readonly env: Readonly<Record<string, string>>;
	readonly attachments: readonly Attachment[];
	/** Volume name → absolute mount path. */
	readonly volumes?: Readonly<Record<string, {readonly path: string; readonly isReadOnly?: boolean}>>;
	/** Host directory → mount (backup operations only). */
	readonly binds?: Readonly<Record<string, {readonly path: string; readonly isReadOnly?: boolean}>>;
	/** Absolute path → tmpfs options. */
	readonly tmpfs?: Readonly<Record<string, string>>;
	readonly files?: readonly ContainerFile[];
	readonly restart: Restart;
	/** What it may use; processes are limited in any case. */
	readonly limits?: Limits;
	/** Container port → host address and port. Only the router publishes. */
	readonly publish?: Readonly<Record<number, {readonly host: string; readonly port: number}>>;
	readonly user?: string;
	readonly hostname?: string;
	/** Drop all capabilities and give back only these; absent: the engine's default set. */
	readonly capabilities?: readonly string[];
	readonly stopGraceSeconds?: number;
	/**
	 * The engine's init is process 1: it hands signals on and reaps orphans. An engine without one runs the container all
	 * the same.
	 */
	readonly hasInit?: boolean;
};

export type ExecOptions = {
	readonly input?: string;
	readonly user?: string;
	readonly env?: Readonly<Record<string, string>>;
	readonly signal?: AbortSignal;
	/** Called with each line as it arrives. */
	readonly onLine?: (line: string, stream: LogStream) => void;
};

export type ExecResult = {readonly exitCode: number; readonly stdout: string; readonly stderr: string};

export type BuildRequest = {
	/** Tar archive of the context, streamed. */
	readonly context: NodeJS.ReadableStream;
	/** Path of the Dockerfile inside the context. */
	readonly dockerfile: string;
	/** Repository and tag to give the result. */
	readonly reference: string;
	readonly labels: Labels;
	/** Plain values only: they are visible in the image's history. */
	readonly args: Readonly<Record<string, string>>;
	readonly target?: string;
};

/** What a build says while it runs. */
export type BuildProgress =
	| {
			readonly type: 'step';
			readonly id: string;
			readonly name: string;
			readonly state: 'started' | 'done' | 'cached' | 'failed';
			readonly durationMs?: number;
	  }
	| {readonly type: 'output'; readonly id: string; readonly text: string}
	| {readonly type: 'transfer'; readonly message: string};

export type PullProgress = {
	readonly message: string;
	/** 0 to 1 over all layers, when known; it never goes back. */
	readonly fraction?: number;
};

export type Engine = ReadonlyEngine & {
	createNetwork(spec: NetworkSpec): Promise<ObservedNetwork>;
	/** Places of containers that are gone are cleared; one that is still there is an EngineError that names it. */
	removeNetwork(id: string): Promise<void>;
	/** Creates the volume, or keeps the one that has the name. */
	createVolume(name: string, labels: Labels): Promise<void>;
	removeVolume(name: string): Promise<void>;
	pullImage(reference: string, onProgress: (progress: PullProgress) => void, signal?: AbortSignal): Promise<Image>;
	/** Fails with the text of the failing step. */
	buildImage(
		request: BuildRequest,
		onProgress: (progress: BuildProgress) => void,
		signal?: AbortSignal,
	): Promise<Image>;
	tagImage(id: string, reference: string): Promise<void>;
	/** Removes a tag or an image; an image that is in use stays. */
	removeImage(reference: string): Promise<void>;
	/** Creates the container, attaches it to its networks, writes its files and starts it. Returns its id. */
	run(spec: ContainerSpec): Promise<string>;
	/** The same without starting it. */
	create(spec: ContainerSpec): Promise<string>;
	start(id: string): Promise<void>;
	/** Asks to end, kills after the grace time. A stopped or missing container is fine. */
	stop(id: string, graceSeconds: number): Promise<void>;
	rename(id: string, name: string): Promise<void>;
	setRestart(id: string, restart: Restart): Promise<void>;
	/** Kills and removes; a missing container is fine. Named volumes stay. */
	remove(id: string): Promise<void>;
	/** Resolves with the exit code when the container ends. */
	wait(id: string, signal?: AbortSignal): Promise<number>;
	join(id: string, attachment: Attachment): Promise<void>;
	leave(id: string, network: string): Promise<void>;
	exec(id: string, command: readonly string[], options?: ExecOptions): Promise<ExecResult>;
	/** Writes files into a running or stopped container. */
	writeFiles(id: string, files: readonly ContainerFile[]): Promise<void>;
};
