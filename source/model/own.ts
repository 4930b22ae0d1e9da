import {isId} from './ids.ts';
import {labels} from './labels.ts';
import {
	isVolumeName,
	parseNetworkName,
	previousContainerName,
	resourceContainerName,
	serviceContainerName,
} from './names.ts';

/** Owner of engine objects: one environment with its state. */
export type Owner = {readonly lineage: string; readonly project: string; readonly environment: string};

type Labelled = {readonly name: string; readonly labels: Readonly<Record<string, string>>};

type Objects<Container, Network, Volume> = {
	readonly containers: readonly Container[];
	readonly networks: readonly Network[];
	readonly volumes: readonly Volume[];
};

const isOperationName = (rest: string): boolean => {
	const [, verify, kind, id = verify] =
		/^(?:\.verify\.(rbak_[0-9a-z]+))?(?:\.(backup|restore)\.(rbak_[0-9a-z]+))?$/.exec(rest) ?? [];
	return (verify !== undefined || kind !== undefined) && isId('rbak', id ?? '') && (!verify || isId('rbak', verify));
};

const restOf = (name: string, head: string): string => (name.startsWith(head) ? name.slice(head.length) : '');

/**
 * Whether a container's name is the one that Compartment gives to the address and environment in its labels. Labels alone
 * prove nothing, because a container inherits those of its image, whoever starts it.
 */
export function isGenuineContainer({name, labels: own}: Labelled): boolean {
	const {[labels.project]: project, [labels.environment]: environment, [labels.address]: address = ''} = own;
	if (project === undefined || environment === undefined || !own[labels.lineage]) return false;
	const dot = address.indexOf('.');
	const object = address.slice(dot + 1);
	const deployment = own[labels.deployment] ?? '';
	const resource = resourceContainerName(project, environment, object);
	switch (address.slice(0, dot)) {
		case 'service':
			return name === serviceContainerName(project, environment, object, deployment);
		case 'release':
			return name === `${serviceContainerName(project, environment, object, deployment)}-release`;
		case 'job':
			return isId('job', restOf(name, serviceContainerName(project, environment, object, '')));
		case 'resource':
			return name === resource || name === previousContainerName(resource);
		case 'backup':
		case 'restore':
		case 'verify':
			return isOperationName(restOf(name, resource));
		default:
			return false;
	}
}

function isGenuineNetwork({name, labels: own}: Labelled): boolean {
	const {[labels.project]: project, [labels.environment]: environment} = own;
	if (project === undefined || environment === undefined) return false;
	return parseNetworkName(project, environment, name) !== undefined;
}

function isGenuineVolume({name, labels: own}: Labelled): boolean {
	const {[labels.project]: project, [labels.environment]: environment, [labels.address]: address = ''} = own;
	if (project === undefined || environment === undefined) return false;
	const [kind, resource = '', ...handle] = address.split('.');
	if (kind === 'volume') return isVolumeName(name, project, environment, resource, handle.join('.'));
	const container = resourceContainerName(project, environment, address.slice(kind!.length + 1));
	if (kind === 'backup' || kind === 'restore') return isOperationName(restOf(name, container));
	return kind === 'verify' && name.startsWith(`${container}.verify.rbak_`);
}

/** The observed objects whose names match their labels, of all environments. */
export const genuine = <C extends Labelled, N extends Labelled, V extends Labelled>(
	observed: Objects<C, N, V>,
): Objects<C, N, V> => ({
	containers: observed.containers.filter(isGenuineContainer),
	networks: observed.networks.filter(isGenuineNetwork),
	volumes: observed.volumes.filter(isGenuineVolume),
});

/** Whether labels name this environment and state. */
const isLabelledFor = (own: Labelled['labels'], {lineage, project, environment}: Owner): boolean =>
	own[labels.lineage] === lineage && own[labels.project] === project && own[labels.environment] === environment;

/** Whether a container belongs to this environment: its lineage, project, environment, address and name all match. */
export const isOwnContainer = (container: Labelled, owner: Owner): boolean =>
	isLabelledFor(container.labels, owner) && isGenuineContainer(container);

export const isOwnNetwork = (network: Labelled, owner: Owner): boolean =>
	isLabelledFor(network.labels, owner) && isGenuineNetwork(network);

export const isOwnVolume = (volume: Labelled, owner: Owner): boolean =>
	isLabelledFor(volume.labels, owner) && isGenuineVolume(volume);

/** The observed objects that belong to this environment. */
export const ownObjects = <C extends Labelled, N extends Labelled, V extends Labelled>(
	observed: Objects<C, N, V>,
	owner: Owner,
): Objects<C, N, V> => ({
	containers: observed.containers.filter(container => isOwnContainer(container, owner)),
	networks: observed.networks.filter(network => isOwnNetwork(network, owner)),
	volumes: observed.volumes.filter(volume => isOwnVolume(volume, owner)),
});
