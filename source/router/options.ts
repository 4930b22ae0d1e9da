/** The router of an engine; there is one per engine. */
export type RouterOptions = {
	/** Name of its container and of its volume. */
	readonly name: string;
	/** Host address and port that it is published on. */
	readonly listen: string;
	readonly port: number;
	/** The same for TLS. Published from the start, because a container cannot get a port later. */
	readonly tlsPort: number;
	/** Whether the router may run without TLS while something else uses that port. Default: no. */
	readonly isTlsOptional?: boolean;
	/** Default: `routerImage`. */
	readonly image?: string;
	/** CIDR of the pool for its network. Default: `10.213.0.0/16`. */
	readonly pool?: string;
};

/** The address at which the engine's machine itself reaches a router that listens there. */
export const ownAddress = (listen: string): string => ({'0.0.0.0': '127.0.0.1', '::': '::1'})[listen] ?? listen;

/**
 * The image of this release. The version is fixed, so that upgrading Compartment upgrades the router on every engine. May
 * have a digest: `haproxy:3.0.25-alpine@sha256:…`.
 */
export const routerImage = 'haproxy:3.0.25-alpine';

export const imageOf = ({image}: RouterOptions): string => image || routerImage;

export const poolOf = ({pool = '10.213.0.0/16'}: RouterOptions): string => pool;

/** A port of the host that the router is published on, and the setting that changes it. */
export type PublishedPort = {
	readonly port: number;
	readonly setting: 'routerPort' | 'routerTlsPort';
	/** Whether the router runs without it if something else uses it. */
	readonly isOptional: boolean;
};

/** What decides the ports of the router. */
export type PortOptions = Pick<RouterOptions, 'port' | 'tlsPort' | 'isTlsOptional'>;

export const publishedPorts = ({port, tlsPort, isTlsOptional = false}: PortOptions): readonly PublishedPort[] => [
	{port, setting: 'routerPort', isOptional: false},
	{port: tlsPort, setting: 'routerTlsPort', isOptional: isTlsOptional},
];

/** The router as an environment needs it: with TLS if it has a certificate. */
export const optionsFor = (
	options: RouterOptions,
	{certificates = {}}: {readonly certificates?: Readonly<Record<string, object>>},
): RouterOptions => (Object.keys(certificates).length > 0 ? {...options, isTlsOptional: false} : options);
