import {command, hint} from '../hint.ts';
import {imageAddress, releaseAddress, resourceAddress} from '../model/address.ts';
import {isRouted} from '../model/kinds.ts';
import type {DesiredService} from '../model/specs.ts';
import {action, blocked, makesContainer} from './actions.ts';
import type {PlanInput} from './input.ts';
import type {Action} from './plan.ts';
import {reachedThrough} from './router-use.ts';

/**
 * The release command of a service that gets a new deployment: once per deploy, before its candidate starts. If an
 * interrupted apply may have run it, the user decides whether it runs again: its effects are unknown.
 */
export function planRelease(input: PlanInput, service: DesiredService, deployment: Action): Action | undefined {
	const {release, name} = service;
	if (!release || input.deploymentType !== 'deploy') return undefined;
	if (!makesContainer(deployment)) return undefined;
	const address = releaseAddress(name);
	const interrupted = input.state.interruptedReleases[name];
	if (interrupted && input.release === 'done') return undefined;
	if (interrupted && input.release === 'ask')
		return blocked(
			address,
			'release',
			`the release command of ${name} was interrupted at ${interrupted.at} and may have completed: ${interrupted.command}`,
			hint`${command('apply', '--release', 'again')} (run it again), or ${command('apply', '--release', 'done')} (it completed)`,
		);
	const connected = [...new Set(service.connections.map(({resource}) => resourceAddress(resource)))];
	return action({
		address,
		object: 'release',
		kind: 'run',
		reasons: [interrupted ? 'requested again after an interruption' : 'before the new deployment starts'],
		changes: [{name: 'command', before: {type: 'absent'}, after: {type: 'text', text: release.command}}],
		dependsOn: [...reachedThrough(isRouted(service.kind)), imageAddress(name), ...connected],
	});
}
