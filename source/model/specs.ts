import type {
	AccessMode,
	ArchiveBackup,
	BackupOperation,
	Connection,
	GeneratedVariable,
	HttpReadiness,
	ResourceOutput,
	RestartPolicy,
	RestoreOperation,
	RouteRule,
	Schedule,
	ServiceKind,
	TcpReadiness,
} from '../descriptor/project.ts';
import type {Env} from './values.ts';

/** The two servers of a backend; one of them takes the traffic. */
export type Slot = 'blue' | 'green';

/** What makes a resource's container: a change of any field replaces it (docs/rules.md, "Replaced stop-first"). */
export type ResourceSpec = {
	readonly image: string;
	readonly command?: readonly string[];
	readonly env: Env;
	readonly hostname: string;
	readonly ports: readonly number[];
	/** Volume handle → mount path. */
	readonly volumes: Readonly<Record<string, string>>;
};

/** Where a service mounts a volume. */
export type ServiceVolume = {
	readonly path: string;
	/** Only one container may use it at a time. */
	readonly exclusive?: true;
};

export type DesiredVolume = {
	readonly address: string;
	/** The service or resource whose data it keeps. */
	readonly owner: string;
	readonly handle: string;
	/** The engine's volume name. */
	readonly name: string;
	readonly mountPath: string;
	/** How it is backed up; absent for volumes of resources, which are backed up with them. */
	readonly backup?: ArchiveBackup;
	/** Compartment did not make it, and deletes it only by its name. */
	readonly isExternal?: true;
};

export type DesiredResource = {
	readonly address: string;
	readonly name: string;
	readonly preset?: string;
	readonly containerName: string;
	readonly spec: ResourceSpec;
	readonly restart: RestartPolicy;
	readonly readiness?: TcpReadiness;
	readonly generatedVariables: Readonly<Record<string, GeneratedVariable>>;
	readonly outputs: Readonly<Record<string, ResourceOutput>>;
	readonly operations: {readonly backup?: BackupOperation; readonly restore?: RestoreOperation};
};

/** What defines a service's container, besides its image. A change to any field makes a new deployment. */
export type ServiceSpec = {
	readonly command?: string;
	readonly env: Env;
	/** From the descriptor or variable PORT; absent: see `choosePort`. */
	readonly port?: number;
	readonly restart: {readonly policy: RestartPolicy; readonly maxRetries?: number};
	readonly limits?: {readonly cpu?: number; readonly memory?: number; readonly pids?: number};
	/** Variable → absolute path of a file in the container, kept in memory. */
	readonly secretFiles: Readonly<Record<string, string>>;
	/** By handle; absent without volumes. */
	readonly volumes?: Readonly<Record<string, ServiceVolume>>;
};

export type DesiredService = {
	readonly address: string;
	readonly name: string;
	readonly kind: ServiceKind;
	readonly accessMode: AccessMode;
	/** Hosts that the router serves for this service, the default one first; may be empty. */
	readonly hosts: readonly string[];
	readonly spec: ServiceSpec;
	readonly readiness?: HttpReadiness;
	/** When a cron service runs. */
	readonly schedule?: Schedule;
	readonly release?: {readonly command: string};
	readonly connections: readonly Connection[];
	/** Where its image comes from. */
	readonly image: ImageSource;
};

/** A service's image is built from source or prebuilt. `source/build` describes the inputs of a build. */
type ImageSource = {readonly type: 'build'} | {readonly type: 'prebuilt'; readonly reference: string};

/** Desired state of one environment, from the project, the variables and the settings alone. */
export type Desired = {
	readonly project: string;
	readonly environment: string;
	readonly volumes: readonly DesiredVolume[];
	readonly resources: readonly DesiredResource[];
	readonly services: readonly DesiredService[];
	readonly routes: readonly RouteRule[];
};

/** The slot that a new deployment takes; the first one of a service starts in blue. */
export const otherSlot = (slot: Slot | undefined): Slot => (slot === 'blue' ? 'green' : 'blue');
