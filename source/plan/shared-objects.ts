import {command, type Hint, hint} from '../hint.ts';
import {networkAddress, routerAddress} from '../model/address.ts';
import type {OutdatedPart} from '../router/router.ts';
import {action, blocked, blockedByForeign, unchangedAction} from './actions.ts';
import type {PlanInput} from './input.ts';
import type {Action} from './plan.ts';
import {usesRouter} from './router-use.ts';

function outdatedReason({name, before, after}: OutdatedPart): string {
	switch (name) {
		case 'image':
			return `its image is ${before} instead of ${after}`;
		case 'listen':
			return `it listens on ${before} instead of ${after}, as in the settings`;
		case 'network':
			return before === 'bridge' ? "it is on Docker's default network" : 'it is not on its network';
		case 'release':
			return `it was ${before}`;
	}
}

/** The router, which all environments of the engine share; no action for an environment that does not use it. */
export const planRouter = (input: PlanInput): Action[] => (usesRouter(input) ? [decideRouter(input)] : []);

function decideRouter(input: PlanInput): Action {
	const base = {address: routerAddress, object: 'router', dependsOn: [networkAddress]} as const;
	if (input.router === 'foreign') return blockedByForeign(base, 'container', input.routerName);
	if (input.routerTakenPort && !input.routerTakenPort.isOptional) {
		const {port, setting, owner} = input.routerTakenPort;
		return blocked(
			routerAddress,
			'router',
			`the router's port ${port} is taken by ${owner}`,
			hint`stop ${owner}, or choose another port: ${command('settings set', setting, String(port + 1))}`,
		);
	}
	if (input.router === 'missing')
		return action({...base, kind: 'create', reasons: ['no router runs on this engine yet']});
	if (input.routerOutdated.length > 0) {
		const changes = input.routerOutdated.map(({name, before, after}) => ({
			name,
			before: {type: 'text', text: before} as const,
			after: {type: 'text', text: after} as const,
		}));
		const reasons = [...input.routerOutdated.map(outdatedReason), 'requests fail for about a second meanwhile'];
		return action({...base, kind: 'replace', order: 'destroy-first', reasons, changes});
	}
	if (input.router === 'stopped') return action({...base, kind: 'update', reasons: ['the router is stopped']});
	return unchangedAction(routerAddress, 'router', 1);
}

/** That the router will run without TLS, because something else uses its port. */
export function routerWarnings(input: PlanInput): Hint[] {
	if (!usesRouter(input) || !input.routerTakenPort?.isOptional) return [];
	const {port, setting, owner} = input.routerTakenPort;
	return [
		hint`the router's port ${String(port)} for https is taken by ${owner}: it serves http only. For certificates stop ${owner}, or choose another port: ${command('settings set', setting, String(port + 1))}`,
	];
}
