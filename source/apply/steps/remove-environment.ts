import {observeOwn} from '../../engine/own-engine.ts';
import {failpoint} from '../../failpoints.ts';
import {routesAddress} from '../../model/address.ts';
import {parseNetworkName} from '../../model/names.ts';
import {leaveEnvironment, withdraw} from '../../router/router.ts';
import type {EnvironmentContext} from '../context.ts';
import {writeJournaled} from '../journaled.ts';
import {isOwnReference, listOwnImages} from '../own-images.ts';
import {removeNetworks} from './remove-networks.ts';

/** Removes all containers that are left: those of failed and previous deployments have no action. */
async function removeContainers({engine, state}: EnvironmentContext): Promise<void> {
	const {containers} = await observeOwn(engine, state.current());
	await Promise.all(containers.map(({id}) => engine.remove(id)));
	failpoint('destroy.after-containers');
}

async function removeOwnNetworks(context: EnvironmentContext): Promise<void> {
	const {engine, router, plan, state} = context;
	const {networks} = await observeOwn(engine, state.current());
	for (const {name} of networks)
		if (parseNetworkName(plan.project, plan.environment, name)?.isMesh === false)
			await leaveEnvironment(engine, router, name);
	await removeNetworks(context, networks);
	await state.update(current => ({...current, networks: null, lifetime: null}));
}

/** Removes the environment from the router. The journal records it as a switch without deployments. */
export async function withdrawRoutes(context: EnvironmentContext): Promise<void> {
	const {engine, router, plan} = context;
	await writeJournaled(context, {
		address: routesAddress,
		intent: {type: 'switch', deployments: {}},
		isRepeatable: true,
		async run() {
			await withdraw(engine, router, plan.lineage);
		},
		record: state => ({...state, routes: null}),
	});
}

/** Removes the images that this environment built or received by promotion. The engine keeps its build cache. */
async function removeImages({engine, plan, state}: EnvironmentContext): Promise<void> {
	const [ofProject, ofLineage] = await Promise.all([
		listOwnImages(engine, 'project', plan.project),
		listOwnImages(engine, 'lineage', plan.lineage),
	]);
	for (const {tags} of ofProject) for (const tag of tags) if (isOwnReference(tag, plan)) await engine.removeImage(tag);
	// A rebuild after an interrupted one takes its tag, which leaves the first image untagged.
	for (const {id, tags} of ofLineage) if (tags.length === 0) await engine.removeImage(id);
	failpoint('destroy.after-images');
	await state.update(current => ({...current, images: {}}));
}

/** Removes what is left of an environment: containers of any deployment, its own images, then its networks. */
export async function removeEnvironment(context: EnvironmentContext): Promise<void> {
	await removeContainers(context);
	await removeImages(context);
	// Last: as long as a network exists, the next destroy continues an interrupted one.
	await removeOwnNetworks(context);
}
