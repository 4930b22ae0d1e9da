/**
 * The interface to a container engine, in Compartment's terms (run, stop, join a network), so that other engines can
 * implement it. Commands that must not write get a `ReadonlyEngine`; a dry run that writes does not compile. Every
 * failure is an EngineError that names the call and the object and quotes the engine's message.
 */

import type {ContainerState} from '../model/container-state.ts';
import type {PreviousRun} from '../model/health-facts.ts';
import type {Forwarding, RemotePort} from './ssh/forward-port.ts';
import type {RemoteShell} from './ssh/remote-shell.ts';

export type Labels = Readonly<Record<string, string>>;

export type EngineInfo = {
	/** Stable id of the engine; a state belongs to one engine. */
	readonly id: string;
	readonly name: string;
	readonly version: string;
	readonly apiVersion: string;
	readonly operatingSystem: string;
	/** As the kernel calls it: `x86_64`, `aarch64`; empty if it does not say. */
	readonly architecture: string;
	/** Whether builds run with BuildKit. */
	readonly hasBuildKit: boolean;
	/** Whether it has an init program, which containers with `hasInit` need. */
	readonly hasInit: boolean;
	/** The engine's address, for messages: `unix:///var/run/docker.sock`. */
	readonly address: string;
	/** How far its clock is ahead of ours, in milliseconds; negative if it is behind. */
	readonly clockOffsetMs: number;
	/** Where it keeps images and volumes, on its machine; empty if it does not say. */
	readonly rootDirectory: string;
};

export type {ContainerState};

export type ObservedContainer = {
	readonly id: string;
	readonly name: string;
	readonly state: ContainerState;
	/** The engine's description, such as `Exited (137) 2 minutes ago`; without the time in `ContainerDetails`. */
	readonly status: string;
	readonly imageId: string;
	readonly labels: Labels;
	/** Network name → the container's address in it; empty while the container does not run. */
	readonly networks: Readonly<Record<string, string>>;
	/** Milliseconds since the epoch. */
	readonly createdAt: number;
};

export type ObservedNetwork = {
	readonly id: string;
	readonly name: string;
	readonly labels: Labels;
	/** CIDR; undefined for drivers without subnets. */
	readonly subnet: string | undefined;
	/** CIDR inside the subnet, when automatic addresses come from a part of it. */
	readonly addressRange?: string | undefined;
};

export type ObservedVolume = {readonly name: string; readonly labels: Labels};

/** All objects with the requested labels, from one read. */
export type Observed = {
	readonly containers: readonly ObservedContainer[];
	readonly networks: readonly ObservedNetwork[];
	readonly volumes: readonly ObservedVolume[];
};

export type ContainerDetails = ObservedContainer & {
	readonly exitCode: number;
	readonly isOutOfMemory: boolean;
	/** Milliseconds since the epoch; undefined if it never started or never finished. */
	readonly startedAt: number | undefined;
	readonly finishedAt: number | undefined;
	readonly restartCount: number;
	/** The engine's message when a start failed. */
	readonly error: string;
	/** Host ports, as `127.0.0.1:9080`. */
	readonly publishedPorts: readonly string[];
};

/** A file system that a container mounts. */
export type ContainerMount = {
	/** Absolute path in the container. */
	readonly path: string;
	readonly isReadOnly: boolean;
} & (
	| {
			readonly type: 'volume' | 'bind';
			/** Name of the volume, or the path on the engine's machine. */
			readonly source: string;
	  }
	| {readonly type: 'other'; readonly source?: undefined}
);

/**
 * What a container was created with, ours or not. What its image sets the same is left out: a variable, the command, the
 * entrypoint, the user.
 */
export type ContainerConfiguration = {
	readonly id: string;
	readonly name: string;
	readonly labels: Labels;
	/** As the creator named it: a reference, or an id. */
	readonly image: string;
	readonly imageId: string;
	readonly command?: readonly string[];
	readonly entrypoint?: readonly string[];
	readonly user?: string;
	/** Without those that the image sets to the same value. Secrets are among the values. */
	readonly env: Readonly<Record<string, string>>;
	/** Those that the image sets, and the container has the same. */
	readonly imageEnv: Readonly<Record<string, string>>;
	readonly hostname: string;
	readonly restart: AnyRestart;
	readonly mounts: readonly ContainerMount[];
	/** `network` is its name. Aliases are those that were asked for, without the container's id. */
	readonly attachments: readonly Attachment[];
	readonly publish: readonly {readonly containerPort: number; readonly host: string; readonly port: number}[];
	readonly limits: Limits;
};

export type Image = {
	/** Content digest of the image's configuration, `sha256:…`. */
	readonly id: string;
	/** `repository@sha256:…` if it came from a registry. */
	readonly digests: readonly string[];
	readonly tags: readonly string[];
	readonly labels: Labels;
	/** TCP ports in EXPOSE order. */
	readonly exposedPorts: readonly number[];
	/** CMD: the default command, run by the entrypoint. */
	readonly command: readonly string[];
	/** ENTRYPOINT. */
	readonly entrypoint: readonly string[];
	/** Bytes. */
	readonly size: number;
	readonly createdAt: number;
};

/** What a list says of an image. */
export type ListedImage = Pick<Image, 'id' | 'digests' | 'tags' | 'labels' | 'size'>;

/** A container's resource usage. */
export type Usage = {
	/** Milliseconds since the epoch. */
	readonly at: number;
	/** CPU time on all cores since it started, in milliseconds. */
	readonly cpuMs: number;
	/** Bytes, without the page cache. */
	readonly memory: number;
};

export type LogStream = 'stdout' | 'stderr';

/** One line of a log, without its line end and not yet sanitised. `at` is the engine's time, in RFC 3339. */
export type LogLine = {readonly at: string; readonly stream: LogStream; readonly text: string};

export type LogOptions = {
	readonly follow?: boolean;
	/** False for a container that is known to have none, as all of ours; otherwise it is inspected. */
	readonly hasTerminal?: false;
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
	/** The engine's address, for messages. Whether it is on this machine is `isLocal`. */
	readonly address: string;
	/**
	 * Whether it runs on this machine, where it sees our folders and listens on our ports: it is reached through a socket that
	 * no ssh forwards. A TCP address is taken for another machine's, whatever its host.
	 */
	readonly isLocal: boolean;
	/**
	 * Connects, if that takes more than a request: ssh may ask for a password in the terminal. Every call connects as well;
	 * a screen does it before it takes the terminal.
	 */
	connect(): Promise<void>;
	/** The variables of a docker client that is to reach this engine, as long as this process runs. */
	clientVariables(): Promise<Readonly<Record<string, string | undefined>>>;
	/** A shell of the user on the engine's machine; undefined unless it is reached over ssh. */
	shell(): Promise<RemoteShell | undefined>;
	/**
	 * Forwards a port of this machine to an address on the engine's machine, the same port if it is free; undefined unless it is
	 * reached over ssh.
	 */
	forwardPort(to: RemotePort): Promise<Forwarding | undefined>;
	/** Fails within two seconds if nothing answers, and later over ssh; the error names the address. */
	info(): Promise<EngineInfo>;
	/**
	 * Containers (running or not), networks and volumes that carry all of these labels. An empty value matches any value of
	 * the label.
	 */
	observe(labels: Labels): Promise<Observed>;
	inspectContainer(id: string): Promise<ContainerDetails | undefined>;
	/** With the values of its variables, so nothing but what the user asked for may be made of it. */
	readConfiguration(containerId: string): Promise<ContainerConfiguration | undefined>;
	/**
	 * Exit code of a container's latest finished run, even if the engine has restarted it since. Undefined if no run has
	 * finished, or so long ago that the engine has dropped the event: engines keep about 256.
	 */
	lastExitCode(containerId: string): Promise<number | undefined>;
	/**
	 * The latest finished run of a container, even if the engine has restarted it since. Undefined in the same cases as
	 * `lastExitCode`.
	 */
	previousRun(containerId: string): Promise<PreviousRun | undefined>;
	/** Undefined while the container does not run. */
	readUsage(containerId: string): Promise<Usage | undefined>;
	/**
	 * The files directly in a folder of a container, which need not run, by name. Undefined if container or folder is missing.
	 * Each is as it was at one moment; they are read in the order of their names.
	 */
	readFiles(containerId: string, folder: string): Promise<ReadonlyMap<string, Buffer> | undefined>;
	/**
	 * A folder of a container, which need not run, as a tar archive, piece by piece: paths are relative to the folder or, with
	 * `hasName`, begin with its name. Reading fails with an EngineError if the answer is cut off.
	 */
	readArchive(
		containerId: string,
		folder: string,
		signal?: AbortSignal,
		options?: {readonly hasName?: boolean},
	): AsyncIterable<Uint8Array>;
	findImage(reference: string): Promise<Image | undefined>;
	/**
	 * The digest that the registry has for a reference now, `sha256:…`. Asks with the credentials from docker's
	 * configuration, and gives up after five seconds. The error is that of a pull.
	 */
	resolveDigest(reference: string): Promise<string>;
	/** Images that carry all of these labels. */
	listImages(labels: Labels): Promise<readonly ListedImage[]>;
	/** Subnets (CIDR) of all networks of the engine, ours or not. */
	listSubnets(): Promise<readonly string[]>;
	/** The running containers, ours or not, that mount the volume of this name. */
	findVolumeUsers(name: string): Promise<readonly {readonly id: string; readonly name: string}[]>;
	/** The running containers, ours or not, in the network of this name. */
	findNetworkUsers(name: string): Promise<readonly {readonly id: string; readonly name: string}[]>;
	/** The name of the container, ours or not, that publishes this host port. */
	findPortOwner(port: number): Promise<string | undefined>;
	/** Whether a program of the engine's machine listens at this address. False where that cannot be seen: on another machine. */
	isPortTaken(host: string, port: number): Promise<boolean>;
	/** Finds the object, ours or not, that has this name. */
	findByName(kind: 'container' | 'network' | 'volume', name: string): Promise<{id: string; labels: Labels} | undefined>;
	/** The lines in batches, none of them empty: those that arrived together. `eachLine` gives them one by one. */
	logs(containerId: string, options: LogOptions): AsyncIterable<readonly LogLine[]>;
	/**
	 * Events of containers and images with these labels, from the first `next()` until the signal aborts. Events of networks
	 * and volumes carry no labels. A lost connection is an EngineError; the caller reconnects.
	 */
	events(labels: Labels, signal: AbortSignal): AsyncIterable<EngineEvent>;
};

/** `cpu` in cores, `memory` in bytes; `pids` counts processes and threads. */
type Limits = {readonly cpu?: number; readonly memory?: number; readonly pids?: number};

/**
 * The default limit of processes and threads: more than a server with one process per connection needs, and far below
 * the kernel's usual 32,768, so that a fork bomb leaves room for other containers.
 */
export const defaultPids = 4096;

export type Restart = {readonly policy: 'no' | 'on-failure' | 'unless-stopped'; readonly maxRetries?: number};

/** A restart policy that somebody else may have chosen. */
export type AnyRestart = {readonly policy: Restart['policy'] | 'always'; readonly maxRetries?: number};

export type NetworkSpec = {
	readonly name: string;
	readonly labels: Labels;
	/** CIDR. */
	readonly subnet: string;
	/** CIDR inside the subnet; automatic addresses come from here. */
	readonly addressRange?: string;
};

export type Attachment = {
	readonly network: string;
	readonly aliases?: readonly string[];
	/** Fixed address inside the subnet. */
	readonly address?: string;
};

/** A file written into the container before it starts. A path beneath a tmpfs is rejected: the tmpfs would hide it. */
export type ContainerFile = {
	/** Absolute path. */
	readonly path: string;
	/** Permission bits; default 0o644. */
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
	/** Image id or reference. The image must exist on the engine. */
	readonly image: string;
	readonly labels: Labels;
	/** The image's labels, if they are known; otherwise it is inspected. */
	readonly imageLabels?: Labels;
	/** Replaces the image's command. */
	readonly command?: readonly string[];
	/** Replaces the image's entrypoint. */
	readonly entrypoint?: readonly string[];
	/** May hold secrets, so the values never appear in a message. */
	readonly env: Readonly<Record<string, string>>;
	readonly attachments: readonly Attachment[];
	/** Volume name → absolute mount path. Files of the image at this path are copied into a new volume, unless it `startsEmpty`. */
	readonly volumes?: Readonly<
		Record<string, {readonly path: string; readonly isReadOnly?: boolean; readonly startsEmpty?: boolean}>
	>;
	/** Host directory → mount (the container of an agent only). */
	readonly binds?: Readonly<Record<string, {readonly path: string; readonly isReadOnly?: boolean}>>;
	/** Absolute path → tmpfs options. */
	readonly tmpfs?: Readonly<Record<string, string>>;
	readonly files?: readonly ContainerFile[];
	readonly restart: Restart;
	/** Default: no limits except `defaultPids`. */
	readonly limits?: Limits;
	/** Container port → host address and port. Only the router publishes. */
	readonly publish?: Readonly<Record<number, {readonly host: string; readonly port: number}>>;
	readonly user?: string;
	readonly hostname?: string;
	/** Drops all capabilities except these. Default: the engine's set. */
	readonly capabilities?: readonly string[];
	readonly stopGraceSeconds?: number;
	/**
	 * Runs the engine's init as process 1, which forwards signals and reaps orphans. An engine without one runs the
	 * container anyway.
	 */
	readonly hasInit?: boolean;
};

export type ExecOptions = {
	/**
	 * Standard input. With a promise the command waits for it; stdin ends with its text, or at once if it is rejected. Parts
	 * are written as they come.
	 */
	readonly input?: string | Promise<string> | AsyncIterable<string>;
	readonly user?: string;
	readonly env?: Readonly<Record<string, string>>;
	readonly signal?: AbortSignal;
	/** Called with each line as it arrives. */
	readonly onLine?: (line: string, stream: LogStream) => void;
};

export type ExecResult = {readonly exitCode: number; readonly stdout: string; readonly stderr: string};

/** An entry of a context. `mode` has the permissions. */
export type TreeEntry = {
	/** With `/` between its parts. */
	readonly path: string;
	readonly mode: number;
} & (
	| {readonly type: 'directory'}
	| {readonly type: 'link'; readonly target: string}
	| {
			readonly type: 'file';
			readonly size: number;
			/** sha256 of the content, hex. */
			readonly hash: string;
			/** The content, piece by piece. Throws if it is no longer that of the hash. */
			readonly read: () => AsyncIterable<Buffer>;
	  }
);

/** A context of which only what has changed is sent. */
export type BuildTree = {
	/** The same for builds whose contexts have much in common: what BuildKit has of an earlier one is found by it. */
	readonly key: string;
	/** With all folders; in any order. */
	readonly entries: readonly TreeEntry[];
};

export type BuildRequest = {
	/** The context as a tar stream. */
	readonly context: NodeJS.ReadableStream;
	/** The same context, for a builder that asks for what it needs; then the stream is not read. */
	readonly tree?: BuildTree;
	/** Path of the Dockerfile inside the context. */
	readonly dockerfile: string;
	/** Repository and tag of the result. */
	readonly reference: string;
	readonly labels: Labels;
	/** Never secrets: build arguments are visible in the image's history. */
	readonly args: Readonly<Record<string, string>>;
	readonly target?: string;
	/** Images that the builder pulls itself, with credentials of this machine. */
	readonly pulls?: readonly string[];
};

/** A progress event of a build. */
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

/** A user of a registry. */
type Account = {readonly username: string; readonly password: string};

export type PullProgress = {
	readonly message: string;
	/** 0 to 1 over all layers, if known; never decreases. */
	readonly fraction?: number;
};

export type Engine = ReadonlyEngine & {
	createNetwork(spec: NetworkSpec): Promise<ObservedNetwork>;
	/** Clears endpoints of deleted containers first. A container still connected is an EngineError that names it. */
	removeNetwork(id: string): Promise<void>;
	/** Creates the volume unless one with this name exists. */
	createVolume(name: string, labels: Labels): Promise<void>;
	removeVolume(name: string): Promise<void>;
	/** Whether builds run with BuildKit. Asked once: it changes only with the engine's version and configuration. */
	hasBuildKit(): Promise<boolean>;
	/**
	 * Uses the credentials from docker's configuration. The error says whether the registry refused, has no such image or
	 * does not answer, and what helps.
	 */
	pullImage(reference: string, onProgress: (progress: PullProgress) => void, signal?: AbortSignal): Promise<Image>;
	/** Fails with the message of the failed step. */
	buildImage(
		request: BuildRequest,
		onProgress: (progress: BuildProgress) => void,
		signal?: AbortSignal,
	): Promise<Image>;
	tagImage(id: string, reference: string): Promise<void>;
	/**
	 * Has the engine try credentials at a registry, and stores nothing.
	 * @param host such as `ghcr.io`; `docker.io` is Docker Hub
	 * @returns a token to use instead of the password, if the registry gives one
	 */
	logIn(host: string, account: Account): Promise<{readonly identityToken?: string}>;
	/**
	 * Removes the oldest build cache until all of it takes at most this many bytes. What a running build or an image uses
	 * stays. The cache has no labels: it is that of everybody who builds on this engine.
	 * @returns bytes that are free now
	 */
	pruneBuildCache(keepBytes: number): Promise<number>;
	/** Removes a tag or an image; an image in use stays. */
	removeImage(reference: string): Promise<void>;
	/** Creates the container, attaches it to its networks, writes its files and starts it. Returns its id. */
	run(spec: ContainerSpec): Promise<string>;
	/** Like `run`, but does not start the container. */
	create(spec: ContainerSpec): Promise<string>;
	/** Starts a stopped container; a paused one continues. Does nothing if it runs. */
	start(id: string): Promise<void>;
	/** Stops the container and kills it after the grace period. Does nothing if it is stopped or missing. */
	stop(id: string, graceSeconds: number): Promise<void>;
	rename(id: string, name: string): Promise<void>;
	setRestart(id: string, restart: AnyRestart): Promise<void>;
	/** Kills and removes the container. Does nothing if it is missing. Named volumes stay. */
	remove(id: string): Promise<void>;
	/** Resolves with the exit code when the container ends. */
	wait(id: string, signal?: AbortSignal): Promise<number>;
	join(id: string, attachment: Attachment): Promise<void>;
	leave(id: string, network: string): Promise<void>;
	exec(id: string, command: readonly string[], options?: ExecOptions): Promise<ExecResult>;
	/** Writes files into a running or stopped container. */
	writeFiles(id: string, files: readonly ContainerFile[]): Promise<void>;
	/**
	 * Unpacks a tar archive into a folder of a running or stopped container, piece by piece. An error of the archive itself is
	 * thrown as it is.
	 */
	writeArchive(id: string, folder: string, archive: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<void>;
};
