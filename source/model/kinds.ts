import type {ServiceKind} from '../descriptor/project.ts';
import type {ServiceSpec} from './specs.ts';

/** Kinds that keep a container running. Jobs and cron services are run by hand. */
export const isRunning = (kind: ServiceKind): boolean => kind !== 'job' && kind !== 'cron';

/** Kinds that the router can reach. */
export const isRouted = (kind: ServiceKind): boolean => kind === 'web' || kind === 'api' || kind === 'static';

/**
 * Whether a service's deployment stops before the next one starts: two workers would do work twice, and an exclusive volume is
 * for one container at a time (docs/rules.md, "Replaced stop-first").
 */
export const isStopFirst = ({
	kind,
	spec,
}: {
	readonly kind: ServiceKind;
	readonly spec: Pick<ServiceSpec, 'volumes'>;
}): boolean => kind === 'worker' || hasExclusiveVolume(spec);

/** Whether only one container of a service may run at a time. */
export const hasExclusiveVolume = ({volumes = {}}: Pick<ServiceSpec, 'volumes'>): boolean =>
	Object.values(volumes).some(({exclusive}) => exclusive === true);
