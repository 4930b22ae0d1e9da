import type {ObservedContainer} from '../../engine/engine.ts';
import {resourceAddress, routerAddress, serviceAddress} from '../../model/address.ts';
import {isKeptUp, isLeaving} from '../../model/container-state.ts';
import type {Health} from '../../model/health-facts.ts';
import {volumesOf} from '../../model/volumes.ts';
import {networksAround, networksOf} from '../../plan/containers.ts';
import {resourceHealth, type Scene, serviceHealth} from '../../plan/health.ts';
import {containerOf, resourceContainer} from '../../plan/input.ts';
import {connectedResources, runningServices} from '../../plan/lifecycle.ts';
import type {Healing} from '../../plan/plan.ts';
import {recordedResource} from '../../plan/recorded.ts';
import {isRouterUsed} from '../../plan/router-use.ts';
import type {ObservedRouter} from '../../router/router.ts';
import type {CrashLoop, Deployment, ResourceRecord} from '../../state/state.ts';

/** What is wrong with one object, and what would put it right. */
export type Ailment = {
	readonly address: string;
	/** `none`: the engine itself starts it again and again. `forget`: it works although it is recorded as a crash loop. */
	readonly remedy: Healing['remedy'] | 'none' | 'forget';
	readonly reason: string;
	/** Its container, if there is one. */
	readonly containerId: string | undefined;
	/** Differs after every apply that gives it a new container. */
	readonly identity: string;
	/** Addresses of resources that have to work first. */
	readonly needs: readonly string[];
	/** How often its container has ended in the last minute, as far as the engine remembers. */
	readonly endsInMinute: number;
	/** Whether its container ended. Otherwise somebody paused, disconnected or removed it, or it hangs. */
	readonly hasEnded: boolean;
};

/** What is read of an environment to find what is wrong. */
export type Sight = Scene & {readonly router: ObservedRouter};

type Subject = Pick<Ailment, 'address' | 'identity' | 'needs'> & {
	readonly health: Health;
	readonly container: ObservedContainer | undefined;
	readonly networks: readonly string[];
	readonly restart: {readonly policy: string; readonly maxRetries?: number};
	readonly crashLoop: CrashLoop | undefined;
	/** Why it must not be created again. */
	readonly obstacle?: string | undefined;
};

/** Whether compartment.yml says that a container which ended like this is not started again. */
function mayStayEnded({restart: {policy, maxRetries}, health: {lastExit, restarts}}: Subject): boolean {
	if (policy === 'no') return true;
	if (policy !== 'on-failure' || maxRetries === undefined) return false;
	return lastExit?.code === 0 || restarts >= maxRetries;
}

function examine({vitals}: Sight, subject: Subject): Ailment[] {
	const {address, identity, needs, health, container, networks, crashLoop, obstacle} = subject;
	const {state, cause} = health;
	const isPaused = container?.state === 'paused';
	// An event reports its end.
	if (isLeaving(container)) return [];
	const ill = (remedy: Ailment['remedy'], reason = cause ?? state): Ailment[] => [
		{
			address,
			identity,
			needs,
			remedy,
			reason,
			containerId: container?.id,
			endsInMinute: vitals.containers.get(container?.id ?? '')?.previousRun?.endsInMinute ?? 0,
			hasEnded: (state === 'failed' && !isPaused) || state === 'crashing',
		},
	];
	if (crashLoop) {
		if (state === 'healthy') return ill('forget', 'it works again');
		return state === 'crashing' && isKeptUp(container) ? ill('none') : [];
	}
	switch (state) {
		case 'missing':
			return subject.restart.policy === 'no' || obstacle !== undefined ? [] : ill('create');
		case 'failed':
			return !isPaused && mayStayEnded(subject) ? [] : ill('start');
		case 'crashing':
			return ill('none');
		case 'healthy':
		case 'starting':
		case 'degraded':
		case 'not listening':
		case 'hung': {
			const isOff = container && networks.some(name => !Object.hasOwn(container.networks, name));
			// Which explains that it does not answer.
			if (isOff) return ill('start', 'container was disconnected from its network outside Compartment');
			return state === 'hung' ? ill('replace') : [];
		}
		default:
			return [];
	}
}

/** A volume that is gone: the engine would make an empty one. */
function lostVolume({state, observed}: Sight, owner: Parameters<typeof volumesOf>[1]): string | undefined {
	const lost = volumesOf(state, owner).find(({name}) => !observed.volumes.some(found => found.name === name));
	return lost && `its volume ${lost.handle} is gone`;
}

function examineService(sight: Sight, deployment: Deployment): Ailment[] {
	const {id, service, spec, crashLoop} = deployment;
	const container = containerOf(sight.observed, id);
	return examine(sight, {
		address: serviceAddress(service),
		identity: id,
		needs: connectedResources(deployment),
		health: serviceHealth(sight, service),
		container,
		networks: networksAround(sight, container),
		restart: spec.restart,
		crashLoop,
		obstacle: lostVolume(sight, {name: service, spec}),
	});
}

function examineResource(sight: Sight, record: ResourceRecord): Ailment[] {
	const {name, containerName, containerId, restart, crashLoop, rotation} = record;
	const container = resourceContainer(sight.observed, containerName);
	// Recovery finishes the rotation first. A container that nobody recorded is for an apply to decide about.
	if (rotation || (container && container.id !== containerId)) return [];
	const [network] = networksAround(sight, container);
	const ailments = examine(sight, {
		address: resourceAddress(name),
		identity: containerId,
		needs: [],
		health: resourceHealth(sight, record),
		container,
		networks: [network],
		// Docker's own policy, which knows no number.
		restart: {policy: restart, ...(restart === 'on-failure' ? {maxRetries: Number.POSITIVE_INFINITY} : {})},
		crashLoop,
		obstacle: lostVolume(sight, recordedResource(record)),
	});
	// Only one container may use the data, so it is not replaced because of a probe.
	return ailments.filter(({remedy}) => remedy !== 'replace');
}

function examineRouter(sight: Sight): Ailment[] {
	const {state: record, router} = sight;
	if (!isRouterUsed(record) || router.state === 'foreign') return [];
	const [network] = networksOf(sight);
	const ill = (remedy: 'start' | 'create', reason: string): Ailment[] => [
		{
			address: routerAddress,
			identity: routerAddress,
			needs: [],
			remedy,
			reason,
			containerId: router.containerId,
			endsInMinute: 0,
			hasEnded: router.state === 'stopped',
		},
	];
	if (router.state === 'missing') return ill('create', 'the router was removed outside Compartment');
	if (router.state === 'stopped') return ill('start', 'the router is not running');
	const isThere = sight.observed.networks.some(({name}) => name === network);
	return isThere && !router.networks?.includes(network)
		? ill('start', 'the router was disconnected from the network of the environment')
		: [];
}

/**
 * What is wrong in an environment, compared with what the last apply left: the router first, then resources, then services.
 * Health decides it (docs/rules.md, "One health"). What was stopped with Compartment is not wrong. Pure.
 */
export function findAilments(sight: Sight): readonly Ailment[] {
	return [
		...examineRouter(sight),
		...Object.values(sight.state.resources).flatMap(record => examineResource(sight, record)),
		...runningServices(sight).flatMap(deployment => examineService(sight, deployment)),
	];
}
