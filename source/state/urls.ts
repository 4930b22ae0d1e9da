import {serviceHost} from '../model/names.ts';
import type {Settings} from '../settings/settings.ts';
import type {State} from './state.ts';

/** URL of a host behind the router. */
export const serviceUrl = (host: string, {routerPort}: Pick<Settings, 'routerPort'>): string =>
	`http://${host}${routerPort === 80 ? '' : `:${routerPort}`}`;

/**
 * The URL of a service as shown to users: of its domain if it has one, else of its default host. Undefined for a service
 * without a host.
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

/** A URL that signs in: with user and password in it, percent-encoded. */
export const signInUrl = (url: string, {user, password}: {readonly user: string; readonly password: string}): string =>
	`${url.replace('://', () => `://${encodeURIComponent(user)}:${encodeURIComponent(password)}@`)}/`;
