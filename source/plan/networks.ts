import {counted} from '../counted.ts';
import {anotherPool, noBlock} from '../engine/create-network.ts';
import type {ObservedNetwork} from '../engine/engine.ts';
import {command, type Hint, hint} from '../hint.ts';
import {networkAddress} from '../model/address.ts';
import {isRouted} from '../model/kinds.ts';
import {environmentNetworkName, meshNetworkName} from '../model/names.ts';
import type {Desired} from '../model/specs.ts';
import {hasRoom, parseSubnet, pickSubnet, roomOf, sizeFor} from '../model/subnets.ts';
import {networkNumber, newestNetworks} from '../state/networks.ts';
import type {State} from '../state/state.ts';
import {action, blocked, blockedByForeign, unchangedAction} from './actions.ts';
import {fixedOf, type Need, neededAddresses, requiredAddresses, wantedAddresses} from './addresses.ts';
import {missingNetworks, networksOf} from './containers.ts';
import type {PlanInput} from './input.ts';
import type {Action, Change, Drift, PlannedDeployment} from './plan.ts';
import {usesRouter} from './router-use.ts';

/** Recorded networks that no longer exist. */
export const networkDrift = (input: PlanInput): Drift[] =>
	input.state.networks && missingNetworks(input).length > 0
		? [{address: networkAddress, message: 'network was removed outside Compartment'}]
		: [];

type Known = {
	readonly state: Pick<State, 'project' | 'environment' | 'networks'>;
	readonly desired: Pick<Desired, 'services' | 'resources'>;
	/** The environment's networks on the engine. */
	readonly networks: readonly ObservedNetwork[];
};

/** The highest number of the environment's networks, recorded or on the engine. */
function newestNumber({state, networks}: Omit<Known, 'desired'>): number {
	const recorded = newestNetworks(state);
	const names = [...networks.map(({name}) => name), ...(recorded ? [recorded.environment.name] : [])];
	return Math.max(1, ...names.map(name => networkNumber(state, name)));
}

/**
 * The names of the networks that replace the present ones: the next number, or those that an interrupted replacement has
 * left if they are large enough.
 */
export function replacingNetworks(known: Known): {readonly environment: string; readonly mesh: string} {
	const {project, environment, networks} = known.state;
	const newest = newestNumber(known);
	const namesAt = (number: number) => ({
		environment: environmentNetworkName(project, environment, number),
		mesh: meshNetworkName(project, environment, number),
	});
	const required = requiredAddresses(known.desired);
	const isLarge = (kind: 'environment' | 'mesh'): boolean => {
		const found = known.networks.find(({name}) => name === namesAt(newest)[kind]);
		return !found || (found.subnet !== undefined && hasRoom({...found, subnet: found.subnet}, required[kind]));
	};
	const isBegun = networks !== null && newest > networkNumber(known.state, networks.environment.name);
	return namesAt(isBegun && isLarge('environment') && isLarge('mesh') ? newest : newest + 1);
}

/** Whether an interrupted apply has begun to replace the networks and has not switched to the new ones. */
function isBegun({state, observed: {networks}}: PlanInput): boolean {
	return (
		state.networks !== null && newestNumber({state, networks}) > networkNumber(state, state.networks.environment.name)
	);
}

/** Whether an interrupted apply has left the networks that it replaced. */
const hasPrevious = (input: PlanInput): boolean =>
	input.state.networks?.other !== undefined ||
	(input.state.networks !== null && input.observed.networks.some(({name}) => !networksOf(input).includes(name)));

const parts = (entries: readonly (readonly [count: number, what: string])[]): string =>
	entries
		.filter(([count], index) => index === 0 || count > 0)
		.map(([count, what]) => `${count} for ${what}`)
		.join(', ');

type Shortage = {readonly need: Need; readonly fixed: number; readonly reason: string};

/** The first of the existing networks that has too few addresses for a plan. */
function findShortage(...[input, deployments]: Parameters<typeof neededAddresses>): Shortage | undefined {
	const needed = neededAddresses(input, deployments);
	const [environment, mesh] = networksOf(input);
	for (const [name, need] of [
		[environment, needed.environment],
		[mesh, needed.mesh],
	] as const) {
		const network = input.observed.networks.find(found => found.name === name);
		if (network?.subnet === undefined) continue;
		const {fixed, handedOut} = roomOf({...network, subnet: network.subnet});
		const place = `network ${name} (${network.subnet})`;
		if (fixedOf(need) > fixed) {
			const entries = [
				[need.serving, 'active deployments'],
				[need.held, 'held candidates'],
				[need.others, 'containers that are not in the state'],
				[need.starting, 'new deployments'],
			] as const;
			const reason = `${place} has ${fixed} addresses for services but ${fixedOf(need)} are needed: ${parts(entries)}`;
			return {need, fixed, reason};
		}
		if (need.handedOut > handedOut) {
			const reason = `${place} has ${handedOut} addresses for everything without a fixed one but ${need.handedOut} are needed`;
			return {need, fixed, reason};
		}
	}
	return undefined;
}

const larger = hint`${command('apply', '--replace', networkAddress)}, which moves the environment to larger networks`;

/** How to proceed when a network is too small for a plan that cannot replace it. */
function wayOut(input: PlanInput, {need, fixed}: Shortage, deployments: readonly PlannedDeployment[]): Hint {
	if (need.held > 0)
		return hint`${command('promote')}, or ${command('promote', '--discard')}, then try again; or ${larger}`;
	// A destroy has left them, because the engine did not remove them.
	if (!input.state.networks)
		return hint`${command('destroy')}, which tries again to remove it, then ${command('apply')}`;
	const free = fixed - need.serving - need.others;
	const starting = deployments.filter(({kind}) => isRouted(kind)).map(({service}) => service);
	const isPart = input.mode === 'rollback' && fixedOf(need) > fixed && free > 0;
	if (!isPart) return larger;
	const some = starting.slice(0, free).flatMap(service => ['--service', service]);
	return hint`${command('rollback', ...some)}, then the others; or ${larger}`;
}

/** Only an apply of everything gives every service a new deployment, on the new networks. */
const canReplace = ({mode, services, isHold}: PlanInput): boolean => mode === 'apply' && services === null && !isHold;

/** Blocks a plan that creates networks for which the pool has no free blocks. */
function findFullPool(input: PlanInput, names: readonly [environment: string, mesh: string]): Action | undefined {
	const {pool, desired, observed} = input;
	const wanted = wantedAddresses(desired);
	const own = [wanted.environment, wanted.mesh]
		.map(addresses => ({...addresses, ...sizeFor(addresses, pool.prefix)}))
		.filter((_, index) => !observed.networks.some(({name}) => name === names[index]));
	const needsRouterNetwork =
		usesRouter(input) && (input.router === 'missing' || input.routerOutdated.some(({name}) => name === 'network'));
	const used = [...pool.used];
	for (const each of needsRouterNetwork ? [...own, {prefix: pool.routerPrefix}] : own) {
		const subnet = pickSubnet(pool.cidr, each.prefix, used);
		if (subnet === undefined) {
			const what = [counted(desired.services.length, 'service'), counted(desired.resources.length, 'resource')];
			const why =
				'fixed' in each
					? `; ${what.join(' and ')} with room to grow need ${each.fixed + each.handedOut} addresses`
					: '';
			return blocked(networkAddress, 'network', `${noBlock(pool.cidr, each.prefix)}${why}`, anotherPool);
		}
		used.push(subnet);
	}
	return undefined;
}

/**
 * Whether a plan may create networks, so that it has to know which blocks are free: one is missing or to be replaced, or too
 * small for a deployment of everything beside what runs.
 */
export function mayNeedNetworks(input: Parameters<typeof neededAddresses>[0] & Pick<PlanInput, 'replace'>): boolean {
	const {desired, observed, replace} = input;
	if (missingNetworks(input).length > 0) return true;
	if (input.mode !== 'apply') return false;
	const everything = desired.services.map(({name, kind, release}) => ({service: name, kind, release}));
	return (
		replace.includes(networkAddress) ||
		observed.networks.some(({name}) => !networksOf(input).includes(name)) ||
		findShortage(input, everything) !== undefined
	);
}

/** The change of the size, as `/26` to `/24`. */
function sizeChanges(input: PlanInput, name: string): Change[] {
	const found = (wanted: string) => input.observed.networks.find(network => network.name === wanted)?.subnet;
	const prefixOf = (subnet: string | undefined) => (subnet === undefined ? undefined : parseSubnet(subnet)?.prefix);
	const before = prefixOf(found(networksOf(input)[0]));
	const after = prefixOf(found(name)) ?? sizeFor(wantedAddresses(input.desired).environment, input.pool.prefix).prefix;
	if (before === undefined || before === after) return [];
	return [{name: 'size', before: {type: 'text', text: `/${before}`}, after: {type: 'text', text: `/${after}`}}];
}

function planReplacement(input: PlanInput, reasons: readonly string[]): Action {
	const {state, desired, observed} = input;
	const {environment, mesh} = replacingNetworks({state, desired, networks: observed.networks});
	const changes = sizeChanges(input, environment);
	return (
		findFullPool(input, [environment, mesh]) ??
		action({address: networkAddress, object: 'network', kind: 'replace', order: 'create-first', reasons, changes})
	);
}

/** The environment's two networks, planned as one object (docs/rules.md, "Size of the networks"). */
export function planNetwork(input: PlanInput, deployments: readonly PlannedDeployment[]): Action {
	const foreign = input.foreign[networkAddress];
	const base = {address: networkAddress, object: 'network'} as const;
	if (foreign) return blockedByForeign(base, 'network', foreign);
	const shortage = findShortage(input, deployments);
	const reasons = [
		...(isBegun(input) ? ['its replacement was interrupted'] : []),
		...(shortage ? [shortage.reason] : []),
		...(input.replace.includes(networkAddress) ? ['replacement requested with --replace'] : []),
	];
	if (input.state.networks && reasons.length > 0 && canReplace(input)) return planReplacement(input, reasons);
	if (shortage) return blocked(networkAddress, 'network', shortage.reason, wayOut(input, shortage, deployments));
	const full = findFullPool(input, networksOf(input));
	if (full) return full;
	if (missingNetworks(input).length > 0 || !input.state.networks) {
		const reason = input.state.networks ? 'network was removed outside Compartment' : 'first deployment';
		return action({...base, kind: 'create', reasons: [reason]});
	}
	if (hasPrevious(input) && !isBegun(input) && canReplace(input))
		return action({...base, kind: 'update', reasons: ['the networks that it replaced still exist']});
	return unchangedAction(networkAddress, 'network', 2);
}
