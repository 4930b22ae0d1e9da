import type {ObservedContainer} from '../../engine/engine.ts';
import {isReleaseAddress, isRunAddress} from '../../model/address.ts';
import {isKeptUp, isOver} from '../../model/container-state.ts';
import {isStopFirst} from '../../model/kinds.ts';
import {labels} from '../../model/labels.ts';
import {idInName, previousContainerName, resourceContainerName} from '../../model/names.ts';
import type {Deployment, State} from '../../state/state.ts';

/** Candidates of earlier runs that never became active. Held candidates are none. */
export const unfinishedIn = ({deployments, active}: State): Deployment[] =>
	Object.values(deployments).filter(
		({id, service, status, isHeld}) => status === 'running' && active[service] !== id && !isHeld,
	);

/**
 * Whether a deployment may have been stopped for a successor (see `isStopFirst`). The successor may be the first of its service
 * that asks for it.
 */
export function mayBeStoppedFirst({deployments}: State, deployment: Deployment): boolean {
	const {service, id} = deployment;
	const later = Object.values(deployments).filter(other => other.service === service && other.id > id);
	return [deployment, ...later].some(isStopFirst);
}

/** Previous deployments that were still draining. */
export const drainingIn = ({deployments, active}: State): Deployment[] =>
	Object.values(deployments).filter(({id, service, stage}) => stage === 'draining_previous' && active[service] !== id);

export type RecordedContainer = {readonly container: ObservedContainer; readonly deployment: Deployment};

/** The containers of deployments, each with its record. */
export const recordedIn = ({deployments}: State, containers: readonly ObservedContainer[]): RecordedContainer[] =>
	containers.flatMap(container => {
		const deployment = deployments[container.labels[labels.deployment] ?? ''];
		return deployment?.containerName === container.name ? [{container, deployment}] : [];
	});

const hasEnded = ({stage, status}: Deployment): boolean =>
	stage === 'retired' || status === 'failed' || status === 'stopped';

/**
 * The containers of failed and retired deployments that still run, or that the state does not record: old containers are
 * cleaned up by their records, so an unrecorded one would stay for ever.
 */
export const endedIn = (state: State, containers: readonly ObservedContainer[]): RecordedContainer[] =>
	recordedIn(state, containers).filter(
		({container, deployment}) =>
			state.active[deployment.service] !== deployment.id &&
			hasEnded(deployment) &&
			(deployment.containerId !== container.id || isKeptUp(container)),
	);

/** Whether the end of a run of a job, or of a release command, is recorded. */
function isRunRecorded({jobs, deployments}: State, {name, labels: own}: ObservedContainer): boolean {
	const address = own[labels.address] ?? '';
	const deployment = deployments[own[labels.deployment] ?? ''];
	if (isReleaseAddress(address)) return deployment !== undefined && deployment.status !== 'running';
	return isRunAddress(address) && jobs.some(({id, status}) => id === idInName(name) && status !== 'running');
}

/** Containers whose command has ended, or never began, and is recorded: they could not be removed at the time. */
export const endedRunsIn = (state: State, containers: readonly ObservedContainer[]): ObservedContainer[] =>
	containers.filter(
		container => (isOver(container) || container.state === 'created') && isRunRecorded(state, container),
	);

/** A resource whose previous container still has the name that it had during its replacement. */
export type UnfinishedReplacement = {readonly resource: string; readonly containerName: string};

/** Replacements that failed and could not be undone at the time. */
export const replacementsIn = (
	{project, environment}: State,
	containers: readonly ObservedContainer[],
): UnfinishedReplacement[] =>
	containers.flatMap(({name, labels: own}) => {
		const [object, resource = ''] = own[labels.address]?.split('.') ?? [];
		const containerName = resourceContainerName(project, environment, resource);
		return object === 'resource' && name === previousContainerName(containerName) ? [{resource, containerName}] : [];
	});

/**
 * Whether a run that has ended left something to finish or undo: a candidate, a container that should not run, or a rotation.
 * @param containers those of the environment
 */
export const hasLeftovers = (state: State, containers: readonly ObservedContainer[]): boolean =>
	unfinishedIn(state).length > 0 ||
	drainingIn(state).length > 0 ||
	endedIn(state, containers).length > 0 ||
	endedRunsIn(state, containers).length > 0 ||
	replacementsIn(state, containers).length > 0 ||
	state.access?.isRotating === true ||
	Object.values(state.resources).some(({rotation}) => rotation !== undefined);
