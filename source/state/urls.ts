import {serviceHost} from '../model/names.ts';
import type {Settings} from '../settings.ts';
import type {State} from './state.ts';

/** The address at which people reach a host through the router. */
export const serviceUrl = (host: string, {routerPort}: Pick<Settings, 'routerPort'>): string =>
	`http://${host}${routerPort === 80 ? '' : `:${routerPort}`}`;

/**
 * The address of a service that people are told, everywhere the same: its domain when it has one, else the host that
 * follows from its name. Undefined for one without a host.
 */
export function addressOf(
	{project, environment, routes}: Pick<State, 'project' | 'environment' | 'routes'>,
	service: string,
	settings: Pick<Settings, 'routerPort' | 'baseDomain'>,
): string | undefined {
	const hosts = Object.entries(routes?.hosts ?? {}).flatMap(([host, owner]) => (owner === service ? [host] : []));
	const own = serviceHost({project, environment, service, baseDomain: settings.baseDomain});
	const host = hosts.find(candidate => candidate !== own) ?? hosts[0];
	return host === undefined ? undefined : serviceUrl(host, settings);
}

/** The same address as a link that signs in: user and password stand in it, percent-encoded. */
export const signInUrl = (url: string, {user, password}: {readonly user: string; readonly password: string}): string =>
	`${url.replace('://', () => `://${encodeURIComponent(user)}:${encodeURIComponent(password)}@`)}/`;
