import type {ListedImage, Observed, ReadonlyEngine} from '../engine/engine.ts';
import {candidateAddress, strayAddress} from '../model/address.ts';
import {isKeptUp} from '../model/container-state.ts';
import {strays} from '../plan/strays.ts';
import {heldCandidates} from '../state/deployments.ts';
import type {Deployment, State} from '../state/state.ts';
import {neededImages} from './clean-up-images.ts';
import {listOwnImages, unneededNames} from './own-images.ts';
import {isFinished} from './steps/retire-deployment.ts';

/** Something of an environment that can go without harm to what runs. */
export type Prunable = {
	readonly kind: 'image' | 'deployment' | 'candidate' | 'container';
	/** The tag of an image, or its id if it has none; the id of a deployment; an address otherwise. */
	readonly name: string;
	readonly reason: string;
	/** Bytes, at most: images share layers. Null where it is not known. */
	readonly size: number | null;
};

type Input = {
	readonly state: State;
	/** How many previous deployments of each service keep their image. */
	readonly keep: number;
	/** Whether held candidates may go too. */
	readonly hasCandidates: boolean;
	/** Containers of this environment. */
	readonly observed: Observed;
	/** Names of the resources that compartment.yml declares. */
	readonly declared: readonly string[];
	/** Images of this project. */
	readonly images: readonly ListedImage[];
};

function imageReason({deployments}: State, name: string, id: string): string {
	const users = Object.values(deployments).filter(
		({imageReference, imageId}) => imageReference === name || imageId === id,
	);
	const newest = users.toSorted((a, b) => (a.id < b.id ? 1 : -1))[0];
	if (newest) return `of ${newest.id} of ${newest.service}, which no rollback needs`;
	return 'of no deployment that is recorded';
}

/** Deployments that have ended, and whose container is there and does not run. */
const stoppedDeployments = ({deployments, active}: State, {containers}: Observed): readonly Deployment[] =>
	Object.values(deployments).filter(
		deployment =>
			deployment.containerId !== undefined &&
			isFinished(deployment) &&
			active[deployment.service] !== deployment.id &&
			containers.some(({id, state}) => id === deployment.containerId && !isKeptUp({state})),
	);

/**
 * What of an environment can be pruned (docs/rules.md, "Prune"). Everything carries its labels, or a name in its repositories.
 * Pure.
 */
export function findPrunable(input: Input): readonly Prunable[] {
	const {state, keep, observed, declared, images, hasCandidates} = input;
	const needed = neededImages(state, keep);
	const stopped = stoppedDeployments(state, observed);
	const offered = new Set(stopped.map(({containerId}) => containerId));
	// The engine would refuse to remove the image of another container, even of a stopped one.
	const used = new Set(observed.containers.flatMap(({id, imageId}) => (offered.has(id) ? [] : [imageId])));
	const unneeded = images
		.filter(({id}) => !used.has(id))
		.flatMap(image => {
			const {id, tags, size} = image;
			const names = unneededNames(image, needed, state);
			// An image that keeps another tag keeps its layers.
			const freed = names.length < tags.length ? 0 : size;
			return names.map((name): Prunable => ({kind: 'image', name, reason: imageReason(state, name, id), size: freed}));
		})
		.toSorted((a, b) => (a.name < b.name ? -1 : 1));
	const unknown = strays({state, observed, desired: {resources: declared.map(name => ({name}))}}).map(
		({name, state: life}): Prunable => ({
			kind: 'container',
			name: strayAddress(name),
			reason: `it is ${life}, and the state does not know it`,
			size: null,
		}),
	);
	const held = Object.values(heldCandidates(state)).map(
		({service, id}): Prunable => ({
			kind: 'candidate',
			name: candidateAddress(service),
			reason: `${id} is held, and could still be promoted`,
			size: null,
		}),
	);
	const ended = stopped.map(
		({id, service, status}): Prunable => ({
			kind: 'deployment',
			name: id,
			reason: `${status === 'failed' ? 'failed' : 'previous'} deployment of ${service}: its stopped container is kept for inspection`,
			size: null,
		}),
	);
	return [...unneeded, ...ended, ...unknown, ...(hasCandidates ? held : [])];
}

/** Reads what `findPrunable` needs of the engine. */
export const readProjectImages = (
	engine: Pick<ReadonlyEngine, 'listImages'>,
	{project}: Pick<State, 'project'>,
): Promise<readonly ListedImage[]> => listOwnImages(engine, 'project', project);
