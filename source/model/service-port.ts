import type {ServiceKind} from '../descriptor/project.ts';

/** Where the server of a static service listens; its base image exposes more ports than it uses. */
export const staticPort = 8080;

/** Port of a service that is built, and whose image exposes nothing. */
const builtPort = 3000;

/** Port of a service with a finished image that exposes nothing. */
const prebuiltPort = 80;

type Question = {
	readonly kind: ServiceKind;
	/** From `port` or variable PORT. */
	readonly declared?: number;
	/** Whether the service names a finished image instead of a source. */
	readonly isPrebuilt: boolean;
};

/** A port and where it comes from; `number` is absent while the image is not known. */
export type PortChoice = {readonly number?: number; readonly why: string};

/**
 * The port that a service listens on (docs/rules.md, "Port").
 * @param exposed the ports of the image, undefined when it is not known yet
 */
export function choosePort({kind, declared, isPrebuilt}: Question, exposed: readonly number[] | undefined): PortChoice {
	if (declared !== undefined) return {number: declared, why: 'port or variable PORT'};
	if (kind === 'static') return {number: staticPort, why: 'static services listen there'};
	const fallback = isPrebuilt ? prebuiltPort : builtPort;
	if (exposed === undefined) return {why: `the first one that the image exposes, else ${fallback}`};
	if (exposed[0] !== undefined) return {number: exposed[0], why: 'the first one that the image exposes'};
	return {number: fallback, why: 'default, because the image exposes none'};
}
