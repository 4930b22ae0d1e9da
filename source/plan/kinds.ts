import type {ServiceKind} from '../descriptor/project.ts';

/** Kinds that keep a container running; a job is run by hand, a cron service by the agent. */
export const isRunning = (kind: ServiceKind): boolean => kind !== 'job' && kind !== 'cron';

/** Kinds that the router can reach. */
export const isRouted = (kind: ServiceKind): boolean => kind === 'web' || kind === 'api' || kind === 'static';
