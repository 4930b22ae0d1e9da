import {nameIn} from '../../model/address.ts';
import {busyActions} from '../../plan/plan.ts';
import {patchDeployment} from '../../state/deployments.ts';
import type {ApplyContext} from '../context.ts';

/** Records that a rollback has ended well, so that the next one goes a step further (docs/rules.md, "Rollback"). */
export async function finishRollback({plan, state}: ApplyContext): Promise<void> {
	const services = busyActions(plan).flatMap(({object, address}) => (object === 'service' ? [nameIn(address)] : []));
	const {active, deployments} = state.current();
	const unfinished = services
		.map(service => active[service] ?? '')
		.filter(id => deployments[id]?.unfinishedRollback !== undefined);
	if (unfinished.length === 0) return;
	await state.update(current =>
		unfinished.reduce((next, id) => patchDeployment(next, id, {unfinishedRollback: undefined}), current),
	);
}
