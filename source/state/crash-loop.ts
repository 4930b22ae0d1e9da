import {nameIn} from '../model/address.ts';
import {activeDeployment, patchDeployment} from './deployments.ts';
import type {CrashLoop, State} from './state.ts';

const isResource = (address: string): boolean => address.startsWith('resource.');

/** The crash loop of the service or resource at an address, if the agent does not start it any more. */
export function crashLoopAt(state: State, address: string): CrashLoop | undefined {
	const name = nameIn(address);
	return (isResource(address) ? state.resources[name] : activeDeployment(state, name))?.crashLoop;
}

/** The state with a crash loop at an address; undefined: without one. */
export function withCrashLoop(state: State, address: string, crashLoop: CrashLoop | undefined): State {
	const name = nameIn(address);
	const record = state.resources[name];
	if (isResource(address))
		return record ? {...state, resources: {...state.resources, [name]: {...record, crashLoop}}} : state;
	const deployment = activeDeployment(state, name);
	return deployment ? patchDeployment(state, deployment.id, {crashLoop}) : state;
}
