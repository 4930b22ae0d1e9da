import type {RestartPolicy, TcpReadiness} from '../descriptor/project.ts';
import type {DesiredResource, ResourceSpec} from '../model/specs.ts';

/** The parts of a resource that make no container. */
export type DeclaredResource = Pick<DesiredResource, 'preset' | 'generatedVariables' | 'outputs' | 'operations'>;

export type BackupStatus = 'running' | 'succeeded' | 'failed' | 'deleted';
export type BackupPurpose = 'manual' | 'pre_restore' | 'scheduled';

/**
 * What a resource was when it was backed up: enough to make it anew. Sensitive values are in it by reference only.
 */
export type ResourceDefinition = DeclaredResource & {
	readonly spec: ResourceSpec;
	readonly restart: RestartPolicy;
	readonly readiness?: TcpReadiness;
};

/**
 * Lies beside the files of a backup and identifies them without the state (docs/rules.md, "What counts as a backup").
 */
export type BackupManifest = {
	readonly backupId: string;
	readonly project: string;
	readonly environment: string;
	readonly resource: string;
	readonly status: BackupStatus;
	readonly createdAt: string;
	/** Null when the schedule did it. */
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

/** How a restore into a temporary container ended. */
export type Verification = {
	readonly status: 'succeeded' | 'failed';
	readonly at: string;
	readonly durationMs: number;
	readonly failureSummary: string | null;
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
	/** Folder of the files, which is mounted at /backup. */
	readonly artifactLocation: string | null;
	/** `sha256:` and hex digits, over the paths and contents of all files. */
	readonly checksum: string | null;
	/** Bytes. */
	readonly size: number | null;
	readonly failureSummary: string | null;
	readonly retentionDeletedAt: string | null;
	readonly retentionReason: string | null;
	/** Null until it has succeeded. */
	readonly manifest: BackupManifest | null;
	readonly verification: Verification | null;
	/** Operation id: the label of the container that writes it. */
	readonly op: string;
	/** A resource that is being made of it and has no record yet: what there is of it holds nobody's data. */
	readonly restoringAs?: string | undefined;
};
