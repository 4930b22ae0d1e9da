/** Which router: one per engine. */
export type RouterOptions = {
	/** Name of its container and of its volume. */
	readonly name: string;
	/** Host address and port that it is published on. */
	readonly listen: string;
	readonly port: number;
	/** `haproxy:3.0-alpine` when absent. */
	readonly image?: string;
};

export const imageOf = ({image = 'haproxy:3.0-alpine'}: RouterOptions): string => image;
