import type {
	ArchiveBackup,
	HttpReadiness,
	RouteRule,
	Schedule,
	ServiceKind,
	TcpReadiness,
} from '../descriptor/project.ts';
import type {ImageOrigin} from '../model/image-origin.ts';
import type {ResourceSpec, ServiceSpec, Slot} from '../model/specs.ts';
import type {Env, EnvValue, VariableScope} from '../model/values.ts';
import type {Backup, DeclaredResource} from './backup.ts';

/** The format version that this program writes. Older versions are migrated, newer ones refused. */
export const stateVersion = 2;

/**
 * A variable of one scope. A plain one has a `value`; a sensitive one has an age ciphertext, bound to its scope and key so
 * that two cannot be swapped. `revision` is random and changes with the value.
 */
export type Variable = {
	readonly scope: VariableScope;
	readonly key: string;
	readonly source: 'user' | 'generated';
	readonly revision: string;
	readonly updatedAt: string;
} & ({readonly isSensitive: false; readonly value: string} | {readonly isSensitive: true; readonly ciphertext: string});

export type NetworkRecord = {
	readonly name: string;
	readonly subnet: string;
	/** The part of the subnet from which the engine assigns addresses; by default its upper half. */
	readonly addressRange?: string | undefined;
};

/** An environment's two networks: the first joins services, resources and the router, the mesh only services. */
export type NetworkPair = {readonly environment: NetworkRecord; readonly mesh: NetworkRecord};

/**
 * The networks on which the active deployments run. `other` exists while they are being replaced: until the switch the
 * pair with the higher number, afterwards the one that is to be removed.
 */
export type NetworksRecord = NetworkPair & {readonly other?: NetworkPair | undefined};

/** The environment's access password: its ciphertext, and the SHA-256 (hex) of its Authorization header. */
export type AccessRecord = {
	readonly ciphertext: string;
	readonly headerHash: string;
	readonly updatedAt: string;
	/** Set while the router accepts a second password. */
	readonly isRotating?: boolean;
};

export type VolumeRecord = {
	/** The engine's volume name. */
	readonly name: string;
	readonly mountPath: string;
	readonly createdAt: string;
	/**
	 * Values that initialised its data, by name and revision: a database ignores later ones. Null until a container has
	 * become ready on it; absent on volumes of older versions.
	 */
	readonly initialised?: Env | null;
	/** It was there before Compartment used it, and is deleted only by its name. */
	readonly isExternal?: true;
	/** Set when a service may go on without it: its data is kept, and a plan does not ask for its declaration. */
	readonly isReleased?: true;
	/** How the volume of a service is backed up. */
	readonly backup?: ArchiveBackup | undefined;
	/** The unfinished restore of the volume of a service: until it has succeeded, no container is started on it. */
	readonly restore?: UnfinishedRestore | undefined;
};

export type ResourceRecord = {
	readonly name: string;
	readonly spec: ResourceSpec;
	/** Id of the container's image. */
	readonly imageId: string;
	readonly containerName: string;
	readonly containerId: string;
	readonly restart: 'no' | 'on-failure' | 'unless-stopped';
	readonly readiness?: TcpReadiness;
	/** `restore-incomplete` from just before a restore writes until the resource is ready, whatever its container does. */
	readonly status: 'running' | 'stopped' | 'restore-incomplete';
	/** The unfinished restore; only with `restore-incomplete`. */
	readonly restore?: UnfinishedRestore;
	/** The rest of its declaration, for when compartment.yml does not contain it (any more). */
	readonly declared?: DeclaredResource;
	/** Only while its password is being rotated. */
	readonly rotation?: Rotation;
	/** Since when it is not started again, and why. */
	readonly crashLoop?: CrashLoop;
	/** Its container was adopted as it was, so it has no labels of ours, until it is replaced. */
	readonly isAdopted?: true;
	/** Networks of the container that it took over, and its names there, as long as something still runs in them. */
	readonly guests?: readonly {readonly network: string; readonly aliases: readonly string[]}[];
	readonly updatedAt: string;
};

/** A password of a database: the value for containers, and its variable; null for a literal in compartment.yml. */
export type RotatedValue = {readonly key: string; readonly value: EnvValue; readonly variable: Variable | null};

/**
 * A password rotation of a database, from before the database changes until the services that use it have switched. It
 * holds the old and the new values, sealed, so that either can be set after a crash.
 */
export type Rotation = {
	readonly next: readonly RotatedValue[];
	/** The previous values; empty if they are unknown, and the rotation cannot be rolled back. */
	readonly former: readonly RotatedValue[];
};

/** A restore that may be half written: the data is neither the old nor the new. */
export type UnfinishedRestore = {
	readonly backup: string;
	/** Null for a restore into a new resource. */
	readonly preRestoreBackup: string | null;
};

export type ImageRecord = {
	/** Hash of all inputs of the build: context, configuration, base images. */
	readonly key: string;
	readonly imageId: string;
	readonly reference: string;
	/** `dockerfile`, `railpack` …, and why, for display. */
	readonly builder: string;
	readonly builtAt: string;
	readonly origin?: ImageOrigin;
};

type DeploymentStatus = 'running' | 'succeeded' | 'failed' | 'stopped';

export type DeploymentType = 'deploy' | 'promote' | 'rollback' | 'restart' | 'heal';

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
	/** When a cron service runs; without it, only on command. */
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
	/** Ready, and held by `apply --hold` until `promote`. */
	readonly isHeld?: boolean;
	/** The rules with `on: <service>` of its run (docs/rules.md, "Routes of a deployment"). */
	readonly routes: readonly RouteRule[];
	readonly createdAt: string;
	readonly completedAt?: string;
	readonly failure?: DeploymentFailure;
	/** Since when it is not started again, and why. */
	readonly crashLoop?: CrashLoop;
	/**
	 * The deployment that it repeats, until the rollback that made it has ended well: the same command, given again, then
	 * finishes that rollback and goes no step further.
	 */
	readonly unfinishedRollback?: string;
};

/** Why a deployment failed, with what helps to find the cause. Texts are sanitised and masked. */
export type DeploymentFailure = {
	readonly message: string;
	readonly lastProbe?: string;
	readonly exitCode?: number;
	readonly isOutOfMemory?: boolean;
	/** The last 20 lines at most. */
	readonly lastLines: readonly string[];
	/** Absolute path of the whole log, if there is one. */
	readonly logFile?: string;
};

/** A container that ended, or hung, again and again, so that the agent left it. Another deployment, or a start, ends that. */
export type CrashLoop = {
	readonly at: string;
	/** As a predicate of the service: `ended 5 times in 10 minutes`. */
	readonly cause: string;
} & Pick<DeploymentFailure, 'exitCode' | 'isOutOfMemory' | 'lastLines'>;

/** A service variable bound to a resource output with `variable set`; connections are in the descriptor. */
type Binding = {
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
	/** Arguments after `--`. */
	readonly arguments: readonly string[];
	readonly status: 'running' | 'succeeded' | 'failed';
	readonly exitCode?: number;
	/** Why it failed, other than by its exit code, such as `timed out after 1h`. */
	readonly reason?: string;
	readonly startedAt: string;
	readonly completedAt?: string;
	/** The time that a scheduled run was due. */
	readonly scheduledFor?: string;
	/** The container of a scheduled run, which is started only after this is recorded; none if it could not be made. */
	readonly containerId?: string;
};

/** What is known of the schedule of a cron service. Times are ISO 8601. */
export type ScheduleRecord = {
	/** As `describeSchedule` names it; the rest applies to this one. */
	readonly schedule: string;
	/** Occurrences before this time are not made up for. */
	readonly since: string;
	/** Times that had their run; see `TimeRange`. */
	readonly ran: readonly {readonly from: string; readonly to: string}[];
};

/** A release command that an interrupted apply may have run: never repeated without asking. */
type InterruptedRelease = {readonly command: string; readonly imageKey: string; readonly at: string};

/** When an environment expires; then an agent destroys it. */
export type Lifetime = {
	readonly expiresAt: string;
	/** What an apply extends it by, from its own time on. */
	readonly lifetimeMs: number;
	/** Whether its data is deleted too. */
	readonly deletesData: boolean;
};

/** The certificate of a host. Its private key is encrypted with age. */
export type CertificateRecord = {
	/** `acme`: issued by the ACME server of the settings; `local`: by this user's authority for local names. */
	readonly source: 'file' | 'acme' | 'local';
	/** PEM: the certificate first, without a root. */
	readonly chain: string;
	readonly ciphertext: string;
	/** Who issued it, such as `R11`. Foreign text, as the names are. */
	readonly issuer: string;
	readonly names: readonly string[];
	/** ISO 8601. */
	readonly notBefore: string;
	readonly notAfter: string;
	/** SHA-256 of the certificate, hex. */
	readonly fingerprint: string;
	readonly updatedAt: string;
	/** What the last apply gave the router; absent before. */
	readonly installed?: {readonly fingerprint: string; readonly notAfter: string; readonly hstsSeconds: number};
};

/** Why no certificate was issued, and when the next try is due. */
export type IssueFailure = {
	readonly reason:
		| 'dns'
		| 'connection'
		| 'wrong-answer'
		| 'caa'
		| 'rejected'
		| 'rate-limit'
		| 'account'
		| 'server'
		| 'unreachable'
		| 'dns-command'
		| 'router';
	/** One line of printable text. */
	readonly message: string;
	/** ISO 8601. */
	readonly at: string;
	/** How often it failed in a row. */
	readonly attempts: number;
	/** ISO 8601. Nothing asks the server again before, except on command. */
	readonly retryAt: string;
};

/** What is known of a certificate that Compartment obtains, beside the certificate itself. */
export type CertificateRequest = {
	/** Asked for with `domain add`; without it, for a `domain` of compartment.yml. */
	readonly isAdded?: boolean;
	/** A line for the shell that changes DNS, for a challenge of type dns-01. */
	readonly dnsCommand?: string;
	/** The last try, if it failed. */
	readonly failure?: IssueFailure;
};

/** The routes as last published to the router. */
export type RoutesRecord = {
	readonly hosts: Readonly<Record<string, string>>;
	readonly rules: readonly RouteRule[];
	/** Service → access mode, for every service in the router. */
	readonly access: Readonly<Record<string, 'authenticated' | 'public'>>;
};

/** The key that signs a state, encrypted with age for its recipients. */
export type SealedKey = {
	/** base64 */
	readonly ciphertext: string;
	readonly recipients: readonly string[];
};

/** State of one environment, as the last apply left it. */
export type State = {
	readonly version: typeof stateVersion;
	readonly lineage: string;
	/** Grows by one with every write; a write is a compare-and-swap on (lineage, serial). */
	readonly serial: number;
	readonly project: string;
	readonly environment: string;
	/** Id of the engine; null before the first apply. */
	readonly engine: string | null;
	/** Where users reach the main service, as `https://shop.example.com`; absent or null: at its own hosts. */
	readonly publicUrl?: string | null;
	readonly networks: NetworksRecord | null;
	readonly access: AccessRecord | null;
	readonly variables: readonly Variable[];
	readonly bindings: readonly Binding[];
	/** age recipients (`age1…`) of the sensitive values; empty until the first value is set. */
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
	/** By host, such as `shop.example.com` or `*.example.com`; absent until one was stored. */
	readonly certificates?: Readonly<Record<string, CertificateRecord>>;
	/** By host as well. */
	readonly certificateRequests?: Readonly<Record<string, CertificateRequest>>;
	/** By service. */
	readonly interruptedReleases: Readonly<Record<string, InterruptedRelease>>;
	/** Newest last. */
	readonly jobs: readonly JobRun[];
	/** By service, for cron services that an agent has seen. */
	readonly schedules?: Readonly<Record<string, ScheduleRecord>>;
	/** Absent or null: it never expires. */
	readonly lifetime?: Lifetime | null;
	/** Of all resources, including deleted ones; newest last. */
	readonly backups: readonly Backup[];
	readonly updatedAt: string;
};

/** The names that identify an environment. */
export type EnvironmentName = Pick<State, 'project' | 'environment'>;

/** Identifies a version of a state: a write names the one that it replaces. */
export type Revision = {readonly lineage: string; readonly serial: number};
