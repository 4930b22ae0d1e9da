import type {AccessMode, ServiceKind} from '../../descriptor/project.ts';
import type {Health} from '../../model/health-facts.ts';
import type {DeploymentStage} from '../../state/state.ts';

/** A failed attempt that is newer than the active deployment. */
type FailedAttempt = {
	readonly deployment: string;
	readonly stage: DeploymentStage;
	/** Milliseconds since the epoch. */
	readonly at: number;
	readonly message: string;
};

/** A ready candidate, held until `promote`. */
type HeldCandidate = {
	readonly deployment: string;
	/** Milliseconds since the epoch. */
	readonly createdAt: number;
	readonly health: Health;
};

export type ServiceStatus = {
	readonly name: string;
	readonly kind: ServiceKind;
	/** Of the active deployment. */
	readonly health: Health;
	readonly stage: DeploymentStage | null;
	/** Id of the active deployment. */
	readonly deployment: string | null;
	/** When it was created, in milliseconds since the epoch. */
	readonly createdAt: number | null;
	readonly url: string | null;
	/** The URL leads to another machine's router, and only that machine knows its host. */
	readonly needsForwarding?: true;
	readonly accessMode: AccessMode | null;
	readonly image?: string;
	readonly failedAttempt?: FailedAttempt;
	readonly candidate?: HeldCandidate;
};

export type ResourceStatus = {
	readonly name: string;
	readonly health: Health;
	readonly host: string;
	readonly image: string;
};

/** The status of one environment, for text and JSON. */
export type StatusReport = {
	readonly project: string;
	readonly environment: string;
	readonly services: readonly ServiceStatus[];
	readonly resources: readonly ResourceStatus[];
	/** `listen` as `127.0.0.1:9080`. */
	readonly router: {
		readonly status: 'running' | 'stopped' | 'missing';
		readonly listen: string;
		/** Whether something of the environment is routed or probed. */
		readonly isUsed: boolean;
	};
};

const isoTime = (at: number): string => new Date(at).toISOString();

/** The health fields of every JSON document; times are ISO 8601. */
export const healthDocument = ({state, cause, restarts, lastExit}: Health) => ({
	health: state,
	cause,
	restarts,
	lastExit: lastExit
		? {
				code: lastExit.code,
				isOutOfMemory: lastExit.isOutOfMemory,
				at: lastExit.at === null ? null : isoTime(lastExit.at),
			}
		: null,
});

/** The status as a stable JSON document; times are ISO 8601. */
export const statusDocument = ({project, environment, services, resources, router}: StatusReport) => ({
	project: {name: project},
	environment: {name: environment},
	services: services.map(({failedAttempt, candidate, ...service}) => ({
		name: service.name,
		kind: service.kind,
		...healthDocument(service.health),
		stage: service.stage,
		deployment: service.deployment,
		createdAt: service.createdAt === null ? null : isoTime(service.createdAt),
		url: service.url,
		accessMode: service.accessMode,
		image: service.image ?? null,
		candidate: candidate
			? {
					deployment: candidate.deployment,
					createdAt: isoTime(candidate.createdAt),
					...healthDocument(candidate.health),
				}
			: null,
		failedAttempt: failedAttempt
			? {
					deployment: failedAttempt.deployment,
					stage: failedAttempt.stage,
					at: isoTime(failedAttempt.at),
					message: failedAttempt.message,
				}
			: null,
	})),
	resources: resources.map(({name, health, host, image}) => ({name, ...healthDocument(health), host, image})),
	router: {status: router.status, listen: router.listen},
});
