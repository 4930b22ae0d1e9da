import {command, hint} from '../../hint.ts';
import {serviceAddress} from '../../model/address.ts';
import {patchDeployment} from '../../state/deployments.ts';
import {type ApplyContext, notice} from '../context.ts';
import {requirePolicy} from './start-candidate.ts';

/** Keeps a ready candidate beside the active deployment until it is promoted or discarded. */
export async function holdCandidate(context: ApplyContext, service: string): Promise<void> {
	const address = serviceAddress(service);
	const id = context.results.ready[service]!;
	await requirePolicy(context, service, id);
	const {deployments} = await context.state.update(state => patchDeployment(state, id, {isHeld: true}));
	if (deployments[id]?.kind === 'worker')
		notice(
			context,
			'warning',
			`${address}: the held worker processes work alongside the active one until it is promoted`,
		);
	const ways = hint`${address}: candidate ${id} is held: ${command('promote')}, or ${command('promote', '--discard')}`;
	notice(context, 'info', ways);
}
