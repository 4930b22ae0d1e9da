/** Which router: one per engine. */
export type RouterOptions = {
	/** Name of its container and of its volume. */
	readonly name: string;
	/** Host address and port that it is published on. */
	readonly listen: string;
	readonly port: number;
	/** `routerImage` when absent or empty. */
	readonly image?: string;
	/** Where its network is taken from, CIDR; `10.213.0.0/16` when absent. */
	readonly pool?: string;
};

/**
 * The image that this release is made for: a fixed version, so that a new release brings its corrections to every
 * engine. It may carry a digest, `haproxy:3.0.25-alpine@sha256:…`.
 */
export const routerImage = 'haproxy:3.0.25-alpine';

export const imageOf = ({image}: RouterOptions): string => image || routerImage;

export const poolOf = ({pool = '10.213.0.0/16'}: RouterOptions): string => pool;
