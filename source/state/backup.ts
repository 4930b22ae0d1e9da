import type {RestartPolicy, TcpReadiness} from '../descriptor/project.ts';
import type {DesiredResource, ResourceSpec} from '../model/specs.ts';

/** Parts of a resource's declaration that do not define its container. */
export type DeclaredResource = Pick<DesiredResource, 'preset' | 'generatedVariables' | 'outputs' | 'operations'>;

type BackupStatus = 'running' | 'succeeded' | 'failed' | 'deleted';
export type BackupPurpose = 'manual' | 'pre_restore' | 'scheduled';

/**
 * A resource as it was when it was backed up, complete enough to create it again. It refers to sensitive values and does not
 * contain them.
 */
export type ResourceDefinition = DeclaredResource & {
	readonly spec: ResourceSpec;
	readonly restart: RestartPolicy;
	readonly readiness?: TcpReadiness;
};

/**
 * Manifest beside the files of a backup, to identify them without the state (docs/rules.md, "What counts as a backup").
 */
export type BackupManifest = {
	readonly backupId: string;
	readonly project: string;
	readonly environment: string;
	readonly resource: string;
	/** Of the state that it was made from; absent in older backups. */
	readonly lineage?: string;
	readonly status: BackupStatus;
	readonly createdAt: string;
	/** Null for scheduled backups. */
	readonly createdBy: string | null;
	readonly artifactLocation: string;
	readonly checksum: string | null;
	/** Bytes. */
	readonly size: number | null;
	readonly failureSummary: string | null;
	readonly resourceImage: string;
	readonly operationImage: string;
	readonly resourceRuntimeDefinitionHash: string;
	readonly operationConfigHash: string;
	/** Handles. */
	readonly volumes: readonly string[];
	readonly definition: ResourceDefinition;
};

/** Result of restoring a backup into a temporary container. */
export type Verification = {
	readonly status: 'succeeded' | 'failed';
	readonly at: string;
	readonly durationMs: number;
	readonly failureSummary: string | null;
	/** The store whose copy was restored; absent for the files on this machine. */
	readonly store?: string;
};

/** A backup in a store on another machine (docs/rules.md, "Off-site copies"). */
export type BackupCopy = {
	/** Name of the store in the settings. */
	readonly store: string;
	readonly status: 'uploading' | 'stored' | 'failed' | 'deleted';
	/** Since when it has this status. */
	readonly at: string;
	/** Bytes in the store; null until it is there. */
	readonly size: number | null;
	readonly failureSummary: string | null;
	/** How often it was tried. */
	readonly attempts: number;
	/** Why retention deleted it. */
	readonly retentionReason?: string;
};

/** One backup of one resource. */
export type Backup = {
	/** `rbak_…`, sorts by time. */
	readonly id: string;
	readonly resource: string;
	readonly purpose: BackupPurpose;
	readonly status: BackupStatus;
	readonly createdAt: string;
	readonly completedAt: string | null;
	/** Folder of the files, mounted at /backup. */
	readonly artifactLocation: string | null;
	/** `sha256:` and hex digits, of the paths and contents of all files. */
	readonly checksum: string | null;
	/** Bytes. */
	readonly size: number | null;
	readonly failureSummary: string | null;
	/** Whether the command that made it died. */
	readonly isInterrupted?: true;
	readonly retentionDeletedAt: string | null;
	readonly retentionReason: string | null;
	/** Null until it has succeeded. */
	readonly manifest: BackupManifest | null;
	readonly verification: Verification | null;
	/** At most one for each store. */
	readonly copies?: readonly BackupCopy[];
	/** Label `compartment.op` of its operation container. */
	readonly op: string;
	/** New resource that is being restored from it and has no record yet, so nothing of it holds data. */
	readonly restoringAs?: string | undefined;
};
