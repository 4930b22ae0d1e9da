import {joinEnvironment} from '../../router/router.ts';
import type {ApplyContext} from '../context.ts';
import {publishState} from '../publish-state.ts';

/**
 * Connects the router to the environment's network, so that it can probe what starts. When the apply moves the environment,
 * the router has to know the containers on both networks before the switch, because candidates may call it.
 */
export async function joinRouter(context: ApplyContext): Promise<void> {
	const {engine, router, results, state} = context;
	const {environment} = results.networks ?? state.current().networks!;
	await joinEnvironment(engine, router, environment.name);
	if (results.networks) await publishState(context);
}
