import type {Settings} from '../settings.ts';

/** The address at which people reach a host through the router. */
export const serviceUrl = (host: string, {routerPort}: Pick<Settings, 'routerPort'>): string =>
	`http://${host}${routerPort === 80 ? '' : `:${routerPort}`}`;
