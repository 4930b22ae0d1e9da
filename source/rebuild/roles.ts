import {isKeptUp, isOver} from '../model/container-state.ts';
import {isRouted} from '../model/kinds.ts';
import {parseNetworkName} from '../model/names.ts';
import type {Slot} from '../model/specs.ts';
import type {Backend} from '../router/table.ts';
import type {FoundDeployment} from './find-deployments.ts';
import type {Remains} from './remains.ts';

/** What a deployment was doing when the state was lost. */
export type Role =
	| 'active'
	/** It serves as soon as the service is started again. */
	| 'stopped'
	| 'held'
	/** An interrupted command left it: the next one removes or retires it. */
	| 'draining'
	| 'unfinished'
	/** It has ended, and is kept for a look at it. */
	| 'retired'
	| 'failed';

const isDown = ({container}: FoundDeployment): boolean => isOver(container) || container.state === 'created';

/** Whether it has been ready once: until then a container is not restarted. */
const wasReady = ({configuration: {restart}, shape}: FoundDeployment): boolean =>
	restart.policy !== 'no' || shape.spec.restart.policy === 'no';

/** The slot in which the router has a deployment. */
export const slotIn = (backend: Backend | undefined, id: string): Slot | undefined =>
	(['blue', 'green'] as const).find(slot => backend?.slots[slot]?.deployment === id);

/** Whether siblings reach it by the service's name. */
const hasName = ({owner}: Remains, {service, configuration}: FoundDeployment): boolean =>
	configuration.attachments.some(
		({network, aliases = []}) =>
			parseNetworkName(owner.project, owner.environment, network)?.isMesh && aliases.includes(service),
	);

const newest = (found: readonly FoundDeployment[]): string | undefined => found.at(-1)?.id;

/**
 * The deployment of a service that serves, or would if the service were started: what the router has, or for a service
 * without routes the container that runs.
 * @param found those of the service, oldest first
 */
export function activeOf(remains: Remains, found: readonly FoundDeployment[]): string | undefined {
	const last = found.at(-1);
	if (!last) return undefined;
	const backend = remains.table?.backends.find(({service}) => service === last.service);
	if (backend?.active) return backend.slots[backend.active]?.deployment;
	// The router keeps both slots of a stopped service; of the two, the later one served.
	const slotted = found.filter(({id}) => slotIn(backend, id) !== undefined);
	if (slotted.length > 0) return newest(slotted);
	// What is routed and in no slot has never served; before the first switch, at least what waits for a promote.
	const possible = found.filter(
		({shape}) => !isRouted(shape.kind) || !(remains.table || (remains.hasRouter && shape.isHeld)),
	);
	const running = possible.filter(each => !isDown(each));
	const named = running.filter(each => hasName(remains, each));
	if (named.length > 0) return newest(named);
	if (running.length > 0) return newest(running.filter(({shape}) => !shape.isHeld));
	// A deployment that is stopped keeps its name; one that was replaced has lost it.
	return newest(possible.filter(each => wasReady(each) && hasName(remains, each)));
}

/** What a deployment was doing. @param active the one of its service that serves */
export function roleOf(remains: Remains, found: FoundDeployment, active: string | undefined): Role {
	const {id, service} = found;
	const backend = remains.table?.backends.find(each => each.service === service);
	const hasSlot = slotIn(backend, id) !== undefined;
	if (id === active) {
		const isStopped = backend && hasSlot ? backend.active === null : isDown(found);
		return isStopped ? 'stopped' : 'active';
	}
	if (isDown(found)) return hasSlot || wasReady(found) ? 'retired' : 'failed';
	if (hasSlot || (active !== undefined && id < active)) return 'draining';
	return found.shape.isHeld && isKeptUp(found.container) && wasReady(found) ? 'held' : 'unfinished';
}
