import {command, hint} from '../hint.ts';
import {networkAddress, routerAddress} from '../model/address.ts';
import type {OutdatedPart} from '../router/router.ts';
import {action, blocked, unchangedAction} from './actions.ts';
import {findAddressObstacle} from './addresses.ts';
import {missingNetworks} from './containers.ts';
import type {PlanInput} from './input.ts';
import type {Action, Drift, PlannedDeployment} from './plan.ts';

/** A recorded network that is gone. */
export const networkDrift = (input: PlanInput): Drift[] =>
	input.state.networks && missingNetworks(input).length > 0
		? [{address: networkAddress, message: 'network was removed outside Compartment'}]
		: [];

/** The environment's two networks, as one object. */
export function planNetwork(input: PlanInput, deployments: readonly PlannedDeployment[]): Action {
	const foreign = input.foreign[networkAddress];
	if (foreign)
		return blocked(
			networkAddress,
			'network',
			`network ${foreign} exists and does not carry Compartment's label`,
			`docker network rm ${foreign}`,
		);
	const obstacle = findAddressObstacle(input, deployments);
	if (obstacle) return obstacle;
	if (missingNetworks(input).length === 0 && input.state.networks) return unchangedAction(networkAddress, 'network', 2);
	const reason = input.state.networks ? 'network was removed outside Compartment' : 'first deployment';
	return action({address: networkAddress, object: 'network', kind: 'create', reasons: [reason]});
}

function outdatedReason({name, before, after}: OutdatedPart): string {
	switch (name) {
		case 'image':
			return `its image ${before} is not the one that is wanted, ${after}`;
		case 'listen':
			return `it listens on ${before}, and the settings say ${after}`;
		case 'network':
			return before === 'bridge' ? 'it is on the network that all containers share' : 'it is not on its network';
		case 'release':
			return `it was ${before}`;
	}
}

/** The router, one for every environment of the engine. */
export function planRouter(input: PlanInput): Action {
	const base = {address: routerAddress, object: 'router', dependsOn: [networkAddress]} as const;
	if (input.router === 'foreign')
		return blocked(
			routerAddress,
			'router',
			`container ${input.routerName} exists and does not carry Compartment's label`,
			`docker rename ${input.routerName} another-name`,
		);
	if (input.routerPortOwner)
		return blocked(
			routerAddress,
			'router',
			`the router's port is taken by ${input.routerPortOwner}`,
			hint`stop ${input.routerPortOwner}, or choose another port: COMPARTMENT_ROUTER_PORT=9081 ${command('apply')}`,
		);
	if (input.router === 'missing')
		return action({...base, kind: 'create', reasons: ['no router runs on this engine yet']});
	if (input.routerOutdated.length > 0) {
		const changes = input.routerOutdated.map(({name, before, after}) => ({
			name,
			before: {type: 'text', text: before} as const,
			after: {type: 'text', text: after} as const,
		}));
		const reasons = [...input.routerOutdated.map(outdatedReason), 'nothing is served for about a second meanwhile'];
		return action({...base, kind: 'replace', order: 'destroy-first', reasons, changes});
	}
	if (input.router === 'stopped') return action({...base, kind: 'update', reasons: ['the router is stopped']});
	return unchangedAction(routerAddress, 'router', 1);
}
