import {anotherPool, noBlock} from '../engine/create-network.ts';
import {command, type Hint, hint} from '../hint.ts';
import {networkAddress} from '../model/address.ts';
import {isRunning} from '../model/kinds.ts';
import type {Desired} from '../model/specs.ts';
import {type Addresses, pickSubnet, prefixFor, roomOf} from '../model/subnets.ts';
import {activeDeployment, heldCandidates} from '../state/deployments.ts';
import {blocked} from './actions.ts';
import {missingNetworks, networksOf} from './containers.ts';
import type {PlanInput} from './input.ts';
import type {Action, PlannedDeployment} from './plan.ts';
import {usesRouter} from './router-use.ts';

/** Leaves room for backups, jobs run by hand, and services that are added later. */
const grown = (count: number): number => count + Math.max(8, Math.ceil(count / 4));

/**
 * The number of addresses that an environment's networks must hold: two deployments of every service, because all of them
 * may switch together; every resource; one release command or job of every service; the router; and room to grow.
 */
export function wantedAddresses({services, resources}: Pick<Desired, 'services' | 'resources'>): Addresses {
	const running = services.filter(({kind}) => isRunning(kind)).length;
	return {fixed: grown(2 * running), handedOut: grown(resources.length + services.length + 1)};
}

type Needed = Addresses & {readonly serving: number; readonly held: number; readonly starting: number};

/** The addresses that a plan needs at the same time. */
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

const larger = hint`${command('destroy')} (keeps volumes), then ${command('apply')}, which creates larger networks`;

/** How to proceed when a network has too few fixed addresses for all deployments of a plan at once. */
function wayOut(
	input: PlanInput,
	{serving, held}: Needed,
	deployments: readonly PlannedDeployment[],
	room: number,
): Hint {
	if (held > 0) return hint`${command('promote')}, or ${command('promote', '--discard')}, then try again`;
	const free = room - serving;
	const starting = deployments.filter(({kind}) => isRunning(kind)).map(({service}) => service);
	// Deploying in parts helps only with replacements: new services keep their addresses.
	const isEnough = new Set([...Object.keys(input.state.active), ...starting]).size < room;
	if (free < 1 || !isEnough || (input.mode !== 'apply' && input.mode !== 'rollback')) return larger;
	const some = starting.slice(0, free).flatMap(service => ['--service', service]);
	return hint`${input.mode === 'rollback' ? command('rollback', ...some) : command('apply', ...some)}, then the others; or ${larger}`;
}

/** Blocks a plan that needs more addresses than the existing networks have. */
function planRoom(input: PlanInput, deployments: readonly PlannedDeployment[]): Action | undefined {
	const needed = neededAddresses(input, deployments);
	for (const name of networksOf(input)) {
		const subnet = input.observed.networks.find(network => network.name === name)?.subnet;
		if (subnet === undefined) continue;
		const room = roomOf(subnet);
		const place = `network ${name} (${subnet})`;
		if (needed.fixed > room.fixed) {
			const held = needed.held > 0 ? `, ${needed.held} for held candidates` : '';
			return blocked(
				networkAddress,
				'network',
				`${place} has ${room.fixed} addresses for services but ${needed.fixed} are needed: ${needed.serving} for active deployments${held}, ${needed.starting} for new ones`,
				wayOut(input, needed, deployments, room.fixed),
			);
		}
		if (needed.handedOut > room.handedOut)
			return blocked(
				networkAddress,
				'network',
				`${place} has ${room.handedOut} addresses for resources, release commands and the router but ${needed.handedOut} are needed`,
				larger,
			);
	}
	return undefined;
}

/** Blocks a plan that creates a network for which the pool has no free block. */
function planBlocks(input: PlanInput): Action | undefined {
	const {pool, desired} = input;
	const prefix = prefixFor(wantedAddresses(desired), pool.prefix);
	const own = missingNetworks(input).map(() => prefix);
	const needsRouterNetwork =
		usesRouter(input) && (input.router === 'missing' || input.routerOutdated.some(({name}) => name === 'network'));
	const used = [...pool.used];
	for (const each of needsRouterNetwork ? [...own, pool.routerPrefix] : own) {
		const subnet = pickSubnet(pool.cidr, each, used);
		if (subnet === undefined) return blocked(networkAddress, 'network', noBlock(pool.cidr, each), anotherPool);
		used.push(subnet);
	}
	return undefined;
}

/** Why the environment's networks cannot hold everything that a plan starts. */
export const findAddressObstacle = (input: PlanInput, deployments: readonly PlannedDeployment[]): Action | undefined =>
	planRoom(input, deployments) ?? planBlocks(input);
