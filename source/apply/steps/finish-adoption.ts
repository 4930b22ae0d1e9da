import {untilAnswered} from '../../engine/until-answered.ts';
import {busyActions} from '../../plan/plan.ts';
import {type ApplyContext, type EnvironmentContext, notice} from '../context.ts';
import {withRecord} from './resource-container.ts';

/** Disconnects a resource from the networks of the container that it took over. */
export async function leaveGuestNetworks({engine, state, signal}: EnvironmentContext, name: string): Promise<void> {
	const record = state.current().resources[name];
	if (!record?.guestNetworks) return;
	const {guestNetworks, containerId} = record;
	const details = await engine.inspectContainer(containerId);
	for (const network of guestNetworks)
		if (details && Object.hasOwn(details.networks, network))
			await untilAnswered(() => engine.leave(containerId, network), signal);
	await state.update(current => {
		const {guestNetworks: _left, ...rest} = current.resources[name]!;
		return withRecord(current, rest);
	});
}

/**
 * Ends an adoption when nothing calls the adopted containers any more, and says what is left of them. What the user deselected
 * still does.
 */
export async function finishAdoption(context: ApplyContext): Promise<void> {
	const {plan, state} = context;
	const {containers = []} = plan.adoption ?? {};
	const adopted = new Set(busyActions(plan).map(({address}) => address));
	if (containers.every(({address}) => adopted.has(address)))
		for (const name of Object.keys(state.current().resources)) await leaveGuestNetworks(context, name);
	const names = containers.filter(({address, isKept}) => adopted.has(address) && !isKept).map(({name}) => name);
	if (names.length === 0) return;
	const what = names.length === 1 ? 'It is stopped and kept' : 'They are stopped and kept';
	notice(
		context,
		'info',
		`Adopted ${names.join(', ')}. ${what}; docker compose down, or docker rm, removes what is left of them.`,
	);
}
