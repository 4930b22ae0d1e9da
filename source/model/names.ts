import {createHash} from 'node:crypto';

const shortHash = (text: string, length: number): string =>
	createHash('sha256').update(text).digest('hex').slice(0, length);

/** 32-bit rolling hash, as 8 hex digits. */
function rollingHash(text: string): string {
	let hash = 0;
	for (const character of text) hash = (Math.imul(hash, 31) + character.codePointAt(0)!) >>> 0;
	return hash.toString(16).padStart(8, '0');
}

/**
 * A DNS label for any text (docs/rules.md, "DNS labels"): lower case; what is not in `[a-z0-9-]` becomes `x<hex>x`; at
 * most 63 characters, cut ones end in a hash.
 */
export function dnsLabel(text: string): string {
	const encoded = [...text.toLowerCase()]
		.map(character => (/[a-z0-9-]/.test(character) ? character : `x${character.codePointAt(0)!.toString(16)}x`))
		.join('')
		.replace(/^-+|-+$/g, '');
	const label = encoded === '' ? 'x' : encoded;
	return label.length <= 63 ? label : `${label.slice(0, 54)}-${rollingHash(text)}`;
}

/**
 * A name for folders, containers, networks and volumes that is unique per environment, even on case-insensitive file
 * systems: the DNS label, plus a hash if the label differs from the name or looks as if it ended in a hash.
 */
export function environmentSlug(environment: string): string {
	const label = dnsLabel(environment);
	const isPlain = label === environment && !/-[0-9a-f]{8}$/.test(label);
	return isPlain ? label : `${label.slice(0, 40)}-${shortHash(environment, 8)}`;
}

/** Internal host of a resource (docs/rules.md, "Host of a resource"). */
export const resourceHost = (project: string, environment: string, resource: string): string =>
	`${dnsLabel(resource)}.${dnsLabel(environment)}.${dnsLabel(project)}.resource.internal`;

type HostParts = {
	readonly project: string;
	readonly environment: string;
	readonly service: string;
	readonly baseDomain: string;
};

/** Public host of a service (docs/rules.md, "Host of a service"). */
export function serviceHost({project, environment, service, baseDomain}: HostParts): string {
	const parts = [
		...(service === 'web' ? [] : [service]),
		project,
		...(environment === 'production' ? [] : [environment]),
	];
	return `${dnsLabel(parts.join('-'))}.${baseDomain}`;
}

// No part may contain a dot, so `a-b` + `c` and `a` + `b-c` stay different.
const scope = (project: string, environment: string) => `compartment-${project}.${environmentSlug(environment)}`;

/** Networks are numbered, because larger ones are created beside those that they replace. The first have no number. */
const numbered = (name: string, number: number): string => (number === 1 ? name : `${name}.${number}`);

export const environmentNetworkName = (project: string, environment: string, number = 1): string =>
	numbered(scope(project, environment), number);

export const meshNetworkName = (project: string, environment: string, number = 1): string =>
	numbered(`${scope(project, environment)}.mesh`, number);

/** What a network's name says; undefined for a name that an environment's network cannot have. */
export function parseNetworkName(
	project: string,
	environment: string,
	name: string,
): {readonly isMesh: boolean; readonly number: number} | undefined {
	const head = scope(project, environment);
	const match = name.startsWith(head)
		? /^(\.mesh)?(?:\.([2-9]|[1-9]\d{1,5}))?$/.exec(name.slice(head.length))
		: undefined;
	return match ? {isMesh: match[1] !== undefined, number: Number(match[2] ?? 1)} : undefined;
}

/**
 * The network that the router is published through. The engine forwards published ports through the network whose name
 * sorts first. This one sorts before every `compartment-<project>…`, because no project begins with a hyphen, so joining
 * and leaving environments never moves the port or breaks a connection.
 */
export const routerNetworkName = (router: string): string => `compartment--${router}`;

export const resourceContainerName = (project: string, environment: string, resource: string): string =>
	`${scope(project, environment)}.resource.${resource}`;

/** Name of a resource's previous container while it is being replaced. */
export const previousContainerName = (containerName: string): string => `${containerName}-previous`;

export const volumeName = (project: string, environment: string, resource: string, handle: string): string =>
	`${resourceContainerName(project, environment, resource)}.${handle}`;

export const serviceVolumeName = (project: string, environment: string, service: string, handle: string): string =>
	`${scope(project, environment)}.service.${service}.${handle}`;

/** Whether a volume has one of the names that Compartment gives to the volumes of a resource or service. */
export const isVolumeName = (name: string, ...place: Parameters<typeof volumeName>): boolean =>
	name === volumeName(...place) || name === serviceVolumeName(...place);

export const serviceContainerName = (
	project: string,
	environment: string,
	service: string,
	deployment: string,
): string => `${scope(project, environment)}.${service}.${deployment}`;

/** The id at the end of a container's name: of the deployment of a service, or of the run of a job. */
export const idInName = (containerName: string): string => containerName.slice(containerName.lastIndexOf('.') + 1);

// Valid path component of an image reference; anything else becomes a hash.
const repositoryPart = (text: string): string =>
	/^[a-z0-9]+(?:(?:__?|-+)[a-z0-9]+)*$/.test(text) ? text : `x${shortHash(text, 12)}`;

/** Image repository of a service's builds; tags are build keys. */
export const imageRepository = (project: string, environment: string, service: string): string =>
	['compartment', project, environmentSlug(environment), service].map(repositoryPart).join('/');
