import type {AccessMode, ServiceKind} from '../descriptor/project.ts';
import type {DeploymentStage} from '../state/state.ts';

/** A newer attempt that failed beside the deployment that serves. */
export type FailedAttempt = {
	readonly deployment: string;
	readonly stage: DeploymentStage;
	/** Milliseconds since the epoch. */
	readonly at: number;
	readonly message: string;
};

export type ServiceStatus = {
	readonly name: string;
	readonly kind: ServiceKind;
	/** Of the serving container; `idle` for a job, which runs when it is told to; `none` when there is no deployment. */
	readonly health: 'healthy' | 'unhealthy' | 'pending' | 'stopped' | 'missing' | 'idle' | 'none';
	readonly stage: DeploymentStage | null;
	/** Id of the deployment that serves. */
	readonly deployment: string | null;
	/** When it was made, milliseconds since the epoch. */
	readonly createdAt: number | null;
	readonly url: string | null;
	readonly accessMode: AccessMode | null;
	readonly image?: string;
	readonly failedAttempt?: FailedAttempt;
};

export type ResourceStatus = {
	readonly name: string;
	readonly status: 'running' | 'stopped' | 'missing' | 'restore-incomplete';
	readonly host: string;
	readonly image: string;
};

/** One environment as it stands, for `status` as text and as JSON. */
export type StatusReport = {
	readonly project: string;
	readonly environment: string;
	readonly services: readonly ServiceStatus[];
	readonly resources: readonly ResourceStatus[];
	/** `listen` as `127.0.0.1:9080`. */
	readonly router: {readonly status: 'running' | 'stopped' | 'missing'; readonly listen: string};
};

/** The status as one stable JSON document; times are ISO 8601. */
export const statusDocument = ({project, environment, services, resources, router}: StatusReport) => ({
	project: {name: project},
	environment: {name: environment},
	services: services.map(service => ({
		name: service.name,
		kind: service.kind,
		health: service.health,
		stage: service.stage,
		deployment: service.deployment,
		createdAt: service.createdAt === null ? null : new Date(service.createdAt).toISOString(),
		url: service.url,
		accessMode: service.accessMode,
		image: service.image ?? null,
		failedAttempt: service.failedAttempt
			? {
					deployment: service.failedAttempt.deployment,
					stage: service.failedAttempt.stage,
					at: new Date(service.failedAttempt.at).toISOString(),
					message: service.failedAttempt.message,
				}
			: null,
	})),
	resources: resources.map(({name, status, host, image}) => ({name, status, host, image})),
	router: {status: router.status, listen: router.listen},
});
