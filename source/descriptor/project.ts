/**
 * The content of both files, typed and with defaults. Pure data that no other room changes.
 * docs/compartment-yml.md lists the fields and their defaults.
 */

export const serviceKinds = ['web', 'api', 'static', 'worker', 'job', 'cron'] as const;
export type ServiceKind = (typeof serviceKinds)[number];

export type AccessMode = 'authenticated' | 'public';

export type RestartPolicy = 'no' | 'on-failure' | 'unless-stopped';

export type Build = {
	readonly strategy: 'auto' | 'dockerfile' | 'railpack';
	readonly command?: string;
	readonly include: readonly string[];
	/** Names of variables that the build may read. */
	readonly env: readonly string[];
	readonly packages: {readonly build: readonly string[]; readonly runtime: readonly string[]};
	readonly outputDirectory?: string;
};

/** HTTP readiness: GET `path` on the service's port must answer 2xx within `timeoutMs` milliseconds. */
export type HttpReadiness = {readonly type: 'http'; readonly path: string; readonly timeoutMs: number};

/** TCP readiness: `port` must accept a connection within `timeoutMs` milliseconds. */
export type TcpReadiness = {readonly type: 'tcp'; readonly port: number; readonly timeoutMs: number};

/** A service variable that takes its value from a resource output at start. */
export type Connection = {readonly resource: string; readonly key: string; readonly output: string};

export type Service = {
	readonly name: string;
	readonly kind: ServiceKind;
	readonly accessMode: AccessMode;
	/** Whether the service has a host: web and static do, api only with `accessMode: public`. */
	readonly isExposed: boolean;
	/** Source directory relative to the descriptor's directory; absent when `image` is given. */
	readonly path?: string;
	/** A prebuilt image instead of a source directory. */
	readonly image?: string;
	readonly build: Build;
	/** Path of the Dockerfile relative to the descriptor's directory. */
	readonly dockerfile?: string;
	/** Build context relative to the descriptor's directory. */
	readonly context?: string;
	readonly port?: number;
	/** A host in addition to the default one. */
	readonly domain?: string;
	/** cpu in cores (0.5), memory in bytes. */
	readonly limits?: {readonly cpu?: number; readonly memory?: number; readonly pids?: number};
	readonly env: Readonly<Record<string, string>>;
	/** Variable name → absolute file path inside the container. */
	readonly secretFiles: Readonly<Record<string, string>>;
	/** Volume handle → where it is mounted; absent without volumes. */
	readonly volumes?: Readonly<
		Record<string, {readonly path: string; readonly exclusive?: true; readonly backup?: ArchiveBackup}>
	>;
	readonly schedule?: Schedule;
	readonly run: {
		readonly command?: string;
		readonly restart: {readonly policy: RestartPolicy; readonly maxRetries?: number};
	};
	readonly release?: {readonly command: string};
	readonly readiness?: HttpReadiness;
	readonly connections: readonly Connection[];
};

/** What happens when a scheduled run is due while another one of the service is running. */
export const concurrencies = ['forbid', 'replace', 'allow'] as const;

export type Schedule = ({readonly cron: string} | {readonly interval: 'daily' | 'hourly'}) & {
	/** Default: `forbid`. */
	readonly concurrency?: (typeof concurrencies)[number];
	/** A scheduled run that takes longer is stopped. Without it, it may take any time. */
	readonly timeoutMs?: number;
};

export type GeneratedVariable = {
	readonly generator: 'token';
	/** Random bytes before encoding, 16 to 128. */
	readonly bytes: number;
	readonly encoding: 'hex' | 'base64url';
};

export type ResourceOutput = {readonly sensitive: boolean; readonly value: string};

export type Retention = {readonly keepLast?: number; readonly maxAgeDays?: number; readonly includeManual?: boolean};

/** A command that runs in its own container. */
export type CommandOperation = {
	readonly command: string;
	readonly env: Readonly<Record<string, string>>;
	readonly image?: string;
};

/** The files of the volumes as an archive, which the engine reads and writes: it takes no command. */
export type ArchiveOperation = {readonly preset: 'archive'};

export type BackupSchedule = {
	readonly interval?: 'daily' | 'hourly';
	readonly cron?: string;
	readonly retention?: Retention;
	/** Name of a store in the settings of whoever runs the schedule. */
	readonly store?: string;
};

/** How volumes are archived. */
export type ArchiveBackup = ArchiveOperation & {
	/** What uses the volumes is stopped meanwhile. */
	readonly stop?: true;
	readonly schedule?: BackupSchedule;
};

export type BackupOperation = (CommandOperation & {readonly schedule?: BackupSchedule}) | ArchiveBackup;

export type RestoreOperation = CommandOperation | ArchiveOperation;

export const isArchive = <Operation extends BackupOperation | RestoreOperation>(
	operation: Operation,
): operation is Extract<Operation, ArchiveOperation> => 'preset' in operation;

/** A resource with its preset already expanded. */
export type Resource = {
	readonly name: string;
	/** Name of its preset, for display. */
	readonly preset?: string;
	readonly image: string;
	readonly command?: readonly string[];
	readonly env: Readonly<Record<string, string>>;
	readonly generatedVariables: Readonly<Record<string, GeneratedVariable>>;
	readonly ports: readonly number[];
	readonly outputs: Readonly<Record<string, ResourceOutput>>;
	/** Volume handle → absolute mount path. */
	readonly volumes: Readonly<Record<string, string>>;
	readonly readiness?: TcpReadiness;
	readonly restart: {readonly policy: RestartPolicy};
	readonly operations: {readonly backup?: BackupOperation; readonly restore?: RestoreOperation};
};

export const httpMethods = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'] as const;
type HttpMethod = (typeof httpMethods)[number];

/** One rule of compartment.routes.yml, in file order. At most one of the three transforms is set. */
export type RouteRule = {
	readonly on: string;
	/** `/exact` or `/prefix/*`. */
	readonly path: string;
	readonly to: string;
	/** Absent: every method. */
	readonly methods?: readonly HttpMethod[];
	readonly stripPrefix?: string;
	readonly replacePrefix?: string;
	readonly rewrite?: string;
};

export type Project = {
	readonly name: string;
	/** Absolute directory of compartment.yml. */
	readonly directory: string;
	readonly services: readonly Service[];
	readonly resources: readonly Resource[];
	readonly routes: readonly RouteRule[];
	/** SHA-256 (hex) of both files, to detect stale saved plans. */
	readonly hash: string;
	/** Warnings about valid but questionable content, such as a cron service without a schedule. */
	readonly warnings: readonly string[];
};
