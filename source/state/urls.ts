import {serviceHost} from '../model/names.ts';
import type {Settings} from '../settings/settings.ts';
import {isSecure} from './certificates.ts';
import type {State} from './state.ts';

type Ports = Pick<Settings, 'routerPort' | 'routerTlsPort'>;

/** URL of a host behind the router: with https once the router has a valid certificate for it. */
export function serviceUrl(
	state: Pick<State, 'certificates'>,
	host: string,
	{routerPort, routerTlsPort}: Ports,
): string {
	const [scheme, port, usual] = isSecure(state, host) ? ['https', routerTlsPort, 443] : ['http', routerPort, 80];
	return `${scheme}://${host}${port === usual ? '' : `:${port}`}`;
}

/**
 * The URL of a service as shown to users: of its domain if it has one, else of its default host. Undefined for a service
 * without a host.
 */
export function addressOf(
	state: Pick<State, 'project' | 'environment' | 'routes' | 'certificates'>,
	service: string,
	settings: Ports & Pick<Settings, 'baseDomain'>,
): string | undefined {
	const {project, environment, routes} = state;
	const hosts = Object.entries(routes?.hosts ?? {}).flatMap(([host, owner]) => (owner === service ? [host] : []));
	const own = serviceHost({project, environment, service, baseDomain: settings.baseDomain});
	const host = hosts.find(candidate => candidate !== own) ?? hosts[0];
	return host === undefined ? undefined : serviceUrl(state, host, settings);
}

/** A URL that signs in: with user and password in it, percent-encoded. */
export const signInUrl = (url: string, {user, password}: {readonly user: string; readonly password: string}): string =>
	`${url.replace('://', () => `://${encodeURIComponent(user)}:${encodeURIComponent(password)}@`)}/`;
