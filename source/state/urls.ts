import {UserError} from '../errors.ts';
import {serviceHost} from '../model/names.ts';
import type {Settings} from '../settings/settings.ts';
import {isLocalName, isSecure} from './certificates.ts';
import type {State} from './state.ts';

type Ports = Pick<Settings, 'routerPort' | 'routerTlsPort'>;

/** Whether a value is a public URL as `parsePublicUrl` gives it. */
export const isPublicUrl = (value: unknown): value is string =>
	typeof value === 'string' && /^https?:/.test(value) && URL.parse(value)?.origin === value;

/**
 * Reads a public URL as somebody typed it.
 * @returns scheme, host and port, without a slash at the end
 * @throws UserError for anything else
 */
export function parsePublicUrl(text: string): string {
	const {href, origin} = URL.parse(text) ?? {};
	if (isPublicUrl(origin) && href === `${origin}/`) return origin;
	throw new UserError('The public URL must be an http or https URL with a host and at most a port.', {
		hint: 'Such as https://shop.example.com or https://shop.example.com:8443',
	});
}

/** URL of a host behind the router: with https once the router has a valid certificate for it. */
export function serviceUrl(
	{certificates, publicUrl}: Pick<State, 'certificates' | 'publicUrl'>,
	host: string,
	{routerPort, routerTlsPort}: Ports,
): string {
	if (publicUrl && new URL(publicUrl).hostname === host) return publicUrl;
	const [scheme, port, usual] = isSecure({certificates}, host)
		? ['https', routerTlsPort, 443]
		: ['http', routerPort, 80];
	return `${scheme}://${host}${port === usual ? '' : `:${port}`}`;
}

/**
 * The service that an environment is opened with, and that its public URL leads to: the one whose `domain` is the URL's host,
 * else `web`, else the first that has a host. Undefined without one.
 */
export function mainService({routes, publicUrl}: Pick<State, 'routes' | 'publicUrl'>): string | undefined {
	const hosts = routes?.hosts ?? {};
	const named = publicUrl ? hosts[new URL(publicUrl).hostname] : undefined;
	const services = Object.values(hosts);
	return named ?? services.find(service => service === 'web') ?? services[0];
}

/**
 * The URL of a service as shown to users: the public URL of its environment, if that leads to it; else of its domain, if it has
 * one; else of its default host. Undefined for a service without a host.
 */
export function addressOf(
	state: Pick<State, 'project' | 'environment' | 'routes' | 'certificates' | 'publicUrl'>,
	service: string,
	settings: Ports & Pick<Settings, 'baseDomain'>,
): string | undefined {
	const {project, environment, routes, publicUrl} = state;
	if (publicUrl && mainService(state) === service) return publicUrl;
	const hosts = Object.entries(routes?.hosts ?? {}).flatMap(([host, owner]) => (owner === service ? [host] : []));
	const own = serviceHost({project, environment, service, baseDomain: settings.baseDomain});
	const host = hosts.find(candidate => candidate !== own) ?? hosts[0];
	return host === undefined ? undefined : serviceUrl(state, host, settings);
}

/**
 * Whether a URL leads to another machine's router, and only that machine knows its host: names that end in `localhost` are those
 * of whoever looks them up.
 */
export const needsForwarding = (url: string, engine: {readonly isLocal: boolean}): boolean =>
	!engine.isLocal && isLocalName(new URL(url).hostname);

/** A URL that signs in: with user and password in it, percent-encoded. */
export const signInUrl = (url: string, {user, password}: {readonly user: string; readonly password: string}): string =>
	`${url.replace('://', () => `://${encodeURIComponent(user)}:${encodeURIComponent(password)}@`)}/`;
