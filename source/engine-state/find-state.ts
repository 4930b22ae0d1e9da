import {ensureDirectory} from '../state/directory.ts';
import {writePlace} from '../state/place.ts';
import type {EnvironmentName} from '../state/state.ts';
import {type ReadPlace, saveCopy} from './bring-copy.ts';
import {folderName} from './layout.ts';
import {findStates} from './router.ts';
import {readStored} from './stored.ts';

/**
 * Looks for the state of an environment that has none in its folder, as in a new clone, and makes a copy of it there.
 * @param folder of compartment.yml
 * @returns whether there is one
 */
export async function findState(
	{engine, router}: Omit<ReadPlace, 'directory'>,
	folder: string,
	name: EnvironmentName,
): Promise<boolean> {
	const found = await findStates(engine, router);
	const stored = found && (await readStored(engine, found.containerId, folderName(name)));
	if (!stored?.state) return false;
	const {path} = ensureDirectory(folder, name.environment);
	writePlace(path, {...name, state: 'engine'});
	await saveCopy(path, stored);
	return true;
}
