import type {Settings} from '../settings.ts';

/** The address at which people reach a host through the router. */
export const serviceUrl = (host: string, {routerPort}: Pick<Settings, 'routerPort'>): string =>
	`http://${host}${routerPort === 80 ? '' : `:${routerPort}`}`;

/** The same address as a link that signs in: user and password stand in it, percent-encoded. */
export const signInUrl = (url: string, {user, password}: {readonly user: string; readonly password: string}): string =>
	`${url.replace('://', () => `://${encodeURIComponent(user)}:${encodeURIComponent(password)}@`)}/`;
