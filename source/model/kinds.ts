import type {ServiceKind} from '../descriptor/project.ts';

/** Kinds that keep a container running. Jobs and cron services are run by hand. */
export const isRunning = (kind: ServiceKind): boolean => kind !== 'job' && kind !== 'cron';

/** Kinds that the router can reach. */
export const isRouted = (kind: ServiceKind): boolean => kind === 'web' || kind === 'api' || kind === 'static';
