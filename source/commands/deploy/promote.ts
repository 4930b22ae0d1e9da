import {defaultEnvironment} from '../../command-names.ts';
import {type Dialogue, onTerminal} from '../../console/dialogue.ts';
import {UserError} from '../../errors.ts';
import {command} from '../../hint.ts';
import type {Promotion} from '../../refresh/plan-request.ts';
import {plainRequest} from '../../refresh/plan-request.ts';
import {readState} from '../../state/store.ts';
import {type CommonFlags, servicesOf} from '../../workspace/flags.ts';
import {actOn} from '../../workspace/invocation.ts';
import {findCopy} from '../../workspace/state-place.ts';
import {openWorkspace} from '../../workspace/workspace.ts';
import type {ApplyOutcome} from '../exit-code.ts';
import {type ApplyFlags, apply} from './apply.ts';

type PromoteFlags = ApplyFlags & {readonly from?: string; readonly to?: string; readonly discard?: boolean};

/** The active deployments of the source environment (docs/rules.md, "Promote"). */
async function readPromotion(
	from: string,
	to: string,
	services: readonly string[] | null,
	flags: CommonFlags,
): Promise<Promotion> {
	const workspace = await openWorkspace({...flags, env: from});
	actOn(to);
	await findCopy(workspace);
	const state = await readState(workspace.directory);
	if (!state)
		throw new UserError(`The requested environment was not found: ${from}`, {hint: command('environment list')});
	const active = Object.entries(state.active).filter(([service]) => services === null || services.includes(service));
	for (const name of services ?? [])
		if (state.active[name] === undefined)
			throw new UserError(`No active deployment was found for this environment and service: ${from}, ${name}`, {
				hint: command('status', '--env', from),
			});
	if (active.length === 0)
		throw new UserError(`No active deployment was found for this environment and service: ${from}`, {
			hint: command('apply', '--env', from),
		});
	return {from, deployments: Object.fromEntries(active.map(([service, id]) => [service, state.deployments[id]!]))};
}

/**
 * `compartment promote`: makes held candidates active, or, with `--from` and `--to`, deploys the same images in another
 * environment with its own variables and routes. Builds nothing and runs no release command.
 */
export const promote = (flags: PromoteFlags): Promise<ApplyOutcome> => promoteIn(flags, onTerminal(flags));

/** Promotes, and asks and shows where the dialogue says. */
export async function promoteIn(flags: PromoteFlags, dialogue: Dialogue): Promise<ApplyOutcome> {
	const services = servicesOf(flags);
	if (flags.from === undefined) {
		if (flags.to !== undefined)
			throw new UserError('--to needs --from', {hint: command('promote', '--from', 'staging', '--to', 'production')});
		const mode = flags.discard ? 'discard' : 'promote';
		return apply('promote', undefined, flags, {...plainRequest, mode, services}, dialogue);
	}
	const to = flags.to ?? flags.env ?? defaultEnvironment;
	if (flags.discard) throw new UserError('--discard cannot be combined with --from');
	if (flags.from === to)
		throw new UserError('Source and target environments must be different.', {
			hint: command('promote', '--from', 'staging', '--to', 'production'),
		});
	const promotion = await readPromotion(flags.from, to, services, flags);
	return apply('promote', undefined, {...flags, env: to}, {...plainRequest, services, promotion}, dialogue);
}
