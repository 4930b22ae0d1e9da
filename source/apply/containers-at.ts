import type {ObservedContainer} from '../engine/engine.ts';
import {observeOwn} from '../engine/own-engine.ts';
import {labels} from '../model/labels.ts';
import type {EnvironmentContext} from './context.ts';
import type {ApplyResults} from './results.ts';

/**
 * The containers of a service or resource that is deleted. When everything is, they are read once for all: what appears
 * afterwards is removed with the environment.
 */
export async function containersAt(
	{engine, state, results}: Pick<EnvironmentContext, 'engine' | 'state'> & {readonly results?: ApplyResults},
	address: string,
	isEverythingDeleted: boolean,
): Promise<readonly ObservedContainer[]> {
	const owner = state.current();
	if (!results || !isEverythingDeleted)
		return (await observeOwn(engine, owner, {[labels.address]: address})).containers;
	results.containers ??= observeOwn(engine, owner).then(({containers}) => containers);
	return (await results.containers).filter(({labels: own}) => own[labels.address] === address);
}
