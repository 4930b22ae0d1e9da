/** The router of an engine; there is one per engine. */
export type RouterOptions = {
	/** Name of its container and of its volume. */
	readonly name: string;
	/** Host address and port that it is published on. */
	readonly listen: string;
	readonly port: number;
	/** Default: `routerImage`. */
	readonly image?: string;
	/** CIDR of the pool for its network. Default: `10.213.0.0/16`. */
	readonly pool?: string;
};

/**
 * The image of this release. The version is fixed, so that upgrading Compartment upgrades the router on every engine. May
 * have a digest: `haproxy:3.0.25-alpine@sha256:…`.
 */
export const routerImage = 'haproxy:3.0.25-alpine';

export const imageOf = ({image}: RouterOptions): string => image || routerImage;

export const poolOf = ({pool = '10.213.0.0/16'}: RouterOptions): string => pool;
