import {untilAnswered} from '../../engine/until-answered.ts';
import {busyActions} from '../../plan/plan.ts';
import {type ApplyContext, type EnvironmentContext, notice} from '../context.ts';
import {withRecord} from './resource-container.ts';

/**
 * Disconnects a resource from the networks of the container that it took over, but for those in which something else still
 * runs that may call it.
 */
export async function leaveGuestNetworks({engine, state, signal}: EnvironmentContext, name: string): Promise<void> {
	const record = state.current().resources[name];
	if (!record?.guests) return;
	const {guests, containerId} = record;
	const own = new Set(Object.values(state.current().resources).map(each => each.containerId));
	const details = await engine.inspectContainer(containerId);
	const left: string[] = [];
	for (const {network} of guests) {
		const users = await engine.findNetworkUsers(network);
		if (users.some(({id}) => !own.has(id))) continue;
		if (details && Object.hasOwn(details.networks, network))
			await untilAnswered(() => engine.leave(containerId, network), signal);
		left.push(network);
	}
	if (left.length === 0) return;
	await state.update(current => {
		const {guests: before = [], ...rest} = current.resources[name]!;
		const kept = before.filter(({network}) => !left.includes(network));
		return withRecord(current, {...rest, ...(kept.length > 0 ? {guests: kept} : {})});
	});
}

/** Ends an adoption: resources leave networks in which nothing calls them any more, and it says what is left. */
export async function finishAdoption(context: ApplyContext): Promise<void> {
	const {plan, state} = context;
	for (const name of Object.keys(state.current().resources)) await leaveGuestNetworks(context, name);
	const busy = new Set(busyActions(plan).map(({address}) => address));
	const {containers = []} = plan.adoption ?? {};
	const names = containers.filter(({address, isKept}) => busy.has(address) && !isKept).map(({name}) => name);
	if (names.length === 0) return;
	const what = names.length === 1 ? 'It is stopped and kept' : 'They are stopped and kept';
	notice(
		context,
		'info',
		`Adopted ${names.join(', ')}. ${what}; docker compose down, or docker rm, removes what is left of them.`,
	);
}
