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
 * A name for folders, containers, networks and volumes that is unique per environment name, on file systems without
 * case too: the DNS label, and a hash whenever the label is not the name itself, or could be another one's with its hash.
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

// Dots part the names, because no part may hold one: `a-b` + `c` and `a` + `b-c` stay different.
const scope = (project: string, environment: string) => `compartment-${project}.${environmentSlug(environment)}`;

export const environmentNetworkName = (project: string, environment: string): string => scope(project, environment);

export const meshNetworkName = (project: string, environment: string): string => `${scope(project, environment)}.mesh`;

/**
 * The network that a router is published through. The engine sends published ports through the network whose name sorts
 * first: this one sorts before every `compartment-<project>…`, because no project begins with a hyphen. So joining and
 * leaving environments never moves the port and breaks no connection.
 */
export const routerNetworkName = (router: string): string => `compartment--${router}`;

export const resourceContainerName = (project: string, environment: string, resource: string): string =>
	`${scope(project, environment)}.resource.${resource}`;

/** Name of a resource's previous container while a new one takes its place. */
export const previousContainerName = (containerName: string): string => `${containerName}-previous`;

export const volumeName = (project: string, environment: string, resource: string, handle: string): string =>
	`${resourceContainerName(project, environment, resource)}.${handle}`;

export const serviceContainerName = (
	project: string,
	environment: string,
	service: string,
	deployment: string,
): string => `${scope(project, environment)}.${service}.${deployment}`;

// What a repository's path part may be in an image reference; any other text becomes a hash.
const repositoryPart = (text: string): string =>
	/^[a-z0-9]+(?:(?:__?|-+)[a-z0-9]+)*$/.test(text) ? text : `x${shortHash(text, 12)}`;

/** Repository of the images built for a service; the tag is the build key. */
export const imageRepository = (project: string, environment: string, service: string): string =>
	['compartment', project, environmentSlug(environment), service].map(repositoryPart).join('/');
