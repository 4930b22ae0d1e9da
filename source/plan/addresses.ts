import {anotherPool, noBlock} from '../engine/create-network.ts';
import {command, type Hint, hint} from '../hint.ts';
import {networkAddress} from '../model/address.ts';
import type {Desired} from '../model/specs.ts';
import {type Addresses, pickSubnet, prefixFor, roomOf} from '../model/subnets.ts';
import {blocked} from './actions.ts';
import {missingNetworks, networksOf} from './containers.ts';
import {activeDeployment, heldCandidates, type PlanInput} from './input.ts';
import type {Action, PlannedDeployment} from './plan.ts';
import {isRunning} from './services.ts';

/** Backups that run, jobs that are run by hand, and what is declared later. */
const grown = (count: number): number => count + Math.max(8, Math.ceil(count / 4));

/**
 * What the networks of an environment are made for: two deployments of every service at the same time, because all of
 * them may switch together; every resource, a release command or a job of every service, and the router; and some room
 * to grow.
 */
export function wantedAddresses({services, resources}: Pick<Desired, 'services' | 'resources'>): Addresses {
	const running = services.filter(({kind}) => isRunning(kind)).length;
	return {fixed: grown(2 * running), handedOut: grown(resources.length + services.length + 1)};
}

type Needed = Addresses & {readonly serving: number; readonly held: number; readonly starting: number};

/** What runs at the same time while a plan is carried out. */
function neededAddresses(input: PlanInput, deployments: readonly PlannedDeployment[]): Needed {
	const {state, desired, mode} = input;
	const active = Object.keys(state.active).flatMap(service => activeDeployment(state, service) ?? []);
	const serving = active.filter(({kind}) => isRunning(kind)).length;
	const held = Object.values(heldCandidates(state)).filter(({kind}) => isRunning(kind)).length;
	const starting = deployments.filter(({kind}) => isRunning(kind)).length;
	const wanted = mode === 'apply' ? desired.resources.map(({name}) => name) : [];
	const resources = new Set([...Object.keys(state.resources), ...wanted]).size;
	const releases = deployments.filter(({release}) => release !== undefined).length;
	return {fixed: serving + held + starting, handedOut: resources + releases + 1, serving, held, starting};
}

const larger = hint`${command('destroy')} (volumes stay), then ${command('apply')}: the networks are made large enough`;

/** The way out of a network whose fixed addresses do not suffice for all deployments of a plan at the same time. */
function wayOut(
	input: PlanInput,
	{serving, held}: Needed,
	deployments: readonly PlannedDeployment[],
	room: number,
): Hint {
	if (held > 0) return hint`${command('promote')}, or ${command('promote', '--discard')}, then again`;
	const free = room - serving;
	const starting = deployments.filter(({kind}) => isRunning(kind)).map(({service}) => service);
	// New services stay: only those that replace something leave room for the next ones.
	const isEnough = new Set([...Object.keys(input.state.active), ...starting]).size < room;
	if (free < 1 || !isEnough || (input.mode !== 'apply' && input.mode !== 'rollback')) return larger;
	const some = starting.slice(0, free).flatMap(service => ['--service', service]);
	return hint`${input.mode === 'rollback' ? command('rollback', ...some) : command('apply', ...some)}, then the others; or ${larger}`;
}

/** Whether all that runs at the same time has an address in the networks that are there. */
function planRoom(input: PlanInput, deployments: readonly PlannedDeployment[]): Action | undefined {
	const needed = neededAddresses(input, deployments);
	for (const name of networksOf(input)) {
		const subnet = input.observed.networks.find(network => network.name === name)?.subnet;
		if (subnet === undefined) continue;
		const room = roomOf(subnet);
		const place = `network ${name} (${subnet})`;
		if (needed.fixed > room.fixed) {
			const held = needed.held > 0 ? `, ${needed.held} wait for a promote` : '';
			return blocked(
				networkAddress,
				'network',
				`${place} has ${room.fixed} addresses for services, and ${needed.fixed} are needed: ${needed.serving} serve${held}, ${needed.starting} start beside them`,
				wayOut(input, needed, deployments, room.fixed),
			);
		}
		if (needed.handedOut > room.handedOut)
			return blocked(
				networkAddress,
				'network',
				`${place} has ${room.handedOut} addresses for resources, release commands and the router, and ${needed.handedOut} are needed`,
				larger,
			);
	}
	return undefined;
}

/** Whether the pool has a free block for every network that is to be made. */
function planBlocks(input: PlanInput): Action | undefined {
	const {pool, desired} = input;
	const prefix = prefixFor(wantedAddresses(desired), pool.prefix);
	const own = missingNetworks(input).map(() => prefix);
	const needsRouterNetwork = input.router === 'missing' || input.routerOutdated.some(({name}) => name === 'network');
	const used = [...pool.used];
	for (const each of needsRouterNetwork ? [...own, pool.routerPrefix] : own) {
		const subnet = pickSubnet(pool.cidr, each, used);
		if (subnet === undefined) return blocked(networkAddress, 'network', noBlock(pool.cidr, each), anotherPool);
		used.push(subnet);
	}
	return undefined;
}

/** What keeps the environment's networks from holding what a plan starts, before anything is touched. */
export const findAddressObstacle = (input: PlanInput, deployments: readonly PlannedDeployment[]): Action | undefined =>
	planRoom(input, deployments) ?? planBlocks(input);
