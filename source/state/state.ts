import type {HttpReadiness, RouteRule, Schedule, ServiceKind, TcpReadiness} from '../descriptor/project.ts';
import type {ImageOrigin} from '../model/image-origin.ts';
import type {ResourceSpec, ServiceSpec, Slot} from '../model/specs.ts';
import type {Env, EnvValue, VariableScope} from '../model/values.ts';
import type {Backup, DeclaredResource} from './backup.ts';

/** The version this program writes. Older ones are migrated, newer ones refused. */
export const stateVersion = 2;

/**
 * A variable of one scope. A plain one holds its `value`; a sensitive one an age ciphertext that is bound to its
 * scope and key, so that two cannot be swapped. `revision` is random and changes with the value.
 */
export type Variable = {
	readonly scope: VariableScope;
	readonly key: string;
	readonly source: 'user' | 'generated';
	readonly revision: string;
	readonly updatedAt: string;
} & ({readonly isSensitive: false; readonly value: string} | {readonly isSensitive: true; readonly ciphertext: string});

export type NetworkRecord = {readonly name: string; readonly subnet: string};

/** The environment's access password: its ciphertext, and the SHA-256 (hex) of the Authorization header the router compares. */
export type AccessRecord = {
	readonly ciphertext: string;
	readonly headerHash: string;
	readonly updatedAt: string;
	/** From before the router accepts a second password until it accepts only this one again. */
	readonly isRotating?: boolean;
};

export type VolumeRecord = {
	/** The engine's volume name. */
	readonly name: string;
	readonly mountPath: string;
	readonly createdAt: string;
	/**
	 * Values that initialised the data in it once, by name and revision: a database does not read others later. Null until
	 * a container has become ready on it; absent where an older version made it.
	 */
	readonly initialised?: Env | null;
};

export type ResourceRecord = {
	readonly name: string;
	readonly spec: ResourceSpec;
	/** Image id the container was made from. */
	readonly imageId: string;
	readonly containerName: string;
	readonly containerId: string;
	readonly restart: 'no' | 'on-failure' | 'unless-stopped';
	readonly readiness?: TcpReadiness;
	/** `restore-incomplete` from before a restore begins to write until it is ready again, whatever its container does. */
	readonly status: 'running' | 'stopped' | 'restore-incomplete';
	/** Only with `restore-incomplete`. */
	readonly restore?: UnfinishedRestore;
	/** What it was declared with beside its container: for when compartment.yml does not have it (any more). */
	readonly declared?: DeclaredResource;
	/** Only while its password is changed. */
	readonly rotation?: Rotation;
	readonly updatedAt: string;
};

/** One password of a database: what containers get, and the variable that holds it; null for a literal of compartment.yml. */
export type RotatedValue = {readonly key: string; readonly value: EnvValue; readonly variable: Variable | null};

/**
 * A change of passwords inside a database, from before it is told until the services that use them have switched. Both
 * values are here, sealed, so that after a crash either can be set.
 */
export type Rotation = {
	readonly next: readonly RotatedValue[];
	/** Empty when the previous values are not known any more: then there is no way back. */
	readonly former: readonly RotatedValue[];
};

/** A restore that may have written a part: the data is neither the old nor the new. */
export type UnfinishedRestore = {
	readonly backup: string;
	/** Null when it went into a new resource. */
	readonly preRestoreBackup: string | null;
};

export type ImageRecord = {
	/** Content address of everything that goes into the build: context, configuration, base images. */
	readonly key: string;
	readonly imageId: string;
	readonly reference: string;
	/** `dockerfile`, `railpack` …, and why, for people. */
	readonly builder: string;
	readonly builtAt: string;
	readonly origin?: ImageOrigin;
};

export type DeploymentStatus = 'running' | 'succeeded' | 'failed' | 'stopped';

export type DeploymentType = 'deploy' | 'promote' | 'rollback' | 'restart';

/** docs/rules.md, "Stages" */
export type DeploymentStage =
	| 'building'
	| 'release'
	| 'starting_candidate'
	| 'checking_readiness'
	| 'candidate'
	| 'switching_route'
	| 'draining_previous'
	| 'active'
	| 'retired'
	| 'rolled_back'
	| 'stopped';

/** One immutable attempt to run one service. */
export type Deployment = {
	/** `dpl_…`, sorts by time. */
	readonly id: string;
	/** The run (one apply) it belongs to, `run_…`. */
	readonly run: string;
	readonly service: string;
	readonly kind: ServiceKind;
	readonly status: DeploymentStatus;
	readonly stage: DeploymentStage;
	readonly type: DeploymentType;
	readonly label?: string;
	readonly spec: ServiceSpec;
	readonly readiness?: HttpReadiness;
	/** When a cron service runs; without one only by hand. */
	readonly schedule?: Schedule;
	readonly imageId: string;
	readonly imageReference: string;
	readonly imageKey: string;
	readonly imageOrigin?: ImageOrigin;
	readonly containerName: string;
	readonly containerId?: string;
	/** Fixed address inside the environment's network. */
	readonly address?: string;
	readonly port?: number;
	readonly slot?: Slot;
	/** A ready candidate that waits for `promote`, because its apply was told to hold. */
	readonly isHeld?: boolean;
	/** The rules with `on: <service>` of its run (docs/rules.md, "Routes of a deployment"). */
	readonly routes: readonly RouteRule[];
	readonly createdAt: string;
	readonly completedAt?: string;
	readonly failure?: DeploymentFailure;
};

/** Why a deployment failed, with what a person needs to find the cause. Texts are already sanitised and masked. */
export type DeploymentFailure = {
	readonly message: string;
	readonly lastProbe?: string;
	readonly exitCode?: number;
	readonly isOutOfMemory?: boolean;
	/** The last 20 lines at most. */
	readonly lastLines: readonly string[];
	/** File that holds all of them, when there is one: absolute. */
	readonly logFile?: string;
};

/** A variable of a service that takes its value from a resource output, set by hand; connections are the descriptor's. */
export type Binding = {
	readonly service: string;
	readonly key: string;
	readonly resource: string;
	readonly output: string;
	readonly updatedAt: string;
};

/** One run of a job or a cron service. */
export type JobRun = {
	/** `job_…`, sorts by time. */
	readonly id: string;
	readonly service: string;
	readonly deployment: string;
	readonly trigger: 'manual' | 'scheduled';
	/** What was given after `--`. */
	readonly arguments: readonly string[];
	readonly status: 'running' | 'succeeded' | 'failed';
	readonly exitCode?: number;
	readonly startedAt: string;
	readonly completedAt?: string;
};

/** A release command that an interrupted apply may or may not have run: it is never repeated without being asked. */
export type InterruptedRelease = {readonly command: string; readonly imageKey: string; readonly at: string};

/** The routes as they were last published, which is what the router serves. */
export type RoutesRecord = {
	readonly hosts: Readonly<Record<string, string>>;
	readonly rules: readonly RouteRule[];
	/** Service → access mode, for every service that the router knows. */
	readonly access: Readonly<Record<string, 'authenticated' | 'public'>>;
};

/** The key that signs a state, encrypted with age for those who can read its sensitive values. */
export type SealedKey = {
	/** base64 */
	readonly ciphertext: string;
	readonly recipients: readonly string[];
};

/** One environment of one project: what the last apply left. */
export type State = {
	readonly version: typeof stateVersion;
	readonly lineage: string;
	/** Grows by one with every write; a write is a compare-and-swap on (lineage, serial). */
	readonly serial: number;
	readonly project: string;
	readonly environment: string;
	/** Identity of the engine the objects live on, null before the first apply. */
	readonly engine: string | null;
	readonly networks: {readonly environment: NetworkRecord; readonly mesh: NetworkRecord} | null;
	readonly access: AccessRecord | null;
	readonly variables: readonly Variable[];
	readonly bindings: readonly Binding[];
	/** age recipients (`age1…`) of every sensitive value; empty until the first one is set. */
	readonly recipients: readonly string[];
	/** Null until something sensitive is recorded. */
	readonly key: SealedKey | null;
	/** By address, `volume.db.data`. A volume stays here until its data is deleted. */
	readonly volumes: Readonly<Record<string, VolumeRecord>>;
	readonly resources: Readonly<Record<string, ResourceRecord>>;
	/** By service name. */
	readonly images: Readonly<Record<string, ImageRecord>>;
	/** By id. */
	readonly deployments: Readonly<Record<string, Deployment>>;
	/** Service → id of the deployment that serves. */
	readonly active: Readonly<Record<string, string>>;
	readonly routes: RoutesRecord | null;
	/** By service. */
	readonly interruptedReleases: Readonly<Record<string, InterruptedRelease>>;
	/** Newest last. */
	readonly jobs: readonly JobRun[];
	/** Of all resources, those too that are gone; newest last. */
	readonly backups: readonly Backup[];
	readonly updatedAt: string;
};

/** A state's place in history: a write names the one it replaces. */
export type Revision = {readonly lineage: string; readonly serial: number};
