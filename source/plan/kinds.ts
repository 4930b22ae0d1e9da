import type {ServiceKind} from '../descriptor/project.ts';

/** Kinds that keep a container running. Jobs are run by hand, cron services by the agent. */
export const isRunning = (kind: ServiceKind): boolean => kind !== 'job' && kind !== 'cron';

/** Kinds that the router can reach. */
export const isRouted = (kind: ServiceKind): boolean => kind === 'web' || kind === 'api' || kind === 'static';
