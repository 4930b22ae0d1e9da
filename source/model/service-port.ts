import type {ServiceKind} from '../descriptor/project.ts';

/** Port of static services; their base image exposes more ports than it uses. */
export const staticPort = 8080;

/** Default port of a built image that exposes none. */
const builtPort = 3000;

/** Default port of a prebuilt image that exposes none. */
const prebuiltPort = 80;

type Question = {
	readonly kind: ServiceKind;
	/** From `port` or variable PORT. */
	readonly declared?: number;
	/** Whether the service names an image instead of a source directory. */
	readonly isPrebuilt: boolean;
};

/** A port and its origin; `number` is absent while the image is unknown. */
export type PortChoice = {readonly number?: number; readonly why: string};

/**
 * The port that a service listens on (docs/rules.md, "Port").
 * @param exposed the ports of the image, undefined when it is not known yet
 */
export function choosePort({kind, declared, isPrebuilt}: Question, exposed: readonly number[] | undefined): PortChoice {
	if (declared !== undefined) return {number: declared, why: 'port or variable PORT'};
	if (kind === 'static') return {number: staticPort, why: 'port of static services'};
	const fallback = isPrebuilt ? prebuiltPort : builtPort;
	if (exposed === undefined) return {why: `first port that the image exposes, else ${fallback}`};
	if (exposed[0] !== undefined) return {number: exposed[0], why: 'first port that the image exposes'};
	return {number: fallback, why: 'default, because the image exposes no port'};
}
