import type {ReadonlyEngine} from '../engine/engine.ts';
import type {ObservedRouter} from './container.ts';
import {keptStatesFolder, statesMark} from './layout.ts';

/** Whether the router's volume has states of environments, or their history (docs/rules.md, "State on the engine"). */
export async function keepsStates(
	engine: Pick<ReadonlyEngine, 'readFiles'>,
	{containerId}: Pick<ObservedRouter, 'containerId'>,
): Promise<boolean> {
	const files = containerId === undefined ? undefined : await engine.readFiles(containerId, keptStatesFolder);
	return files?.has(statesMark) ?? false;
}
