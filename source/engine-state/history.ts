import {isOutcomeUnknown} from '../errors.ts';
import {keptStatesFolder} from '../router/layout.ts';
import {type HistoryEntry, historyWith} from '../state/history.ts';
import {readPlace} from '../state/place.ts';
import type {ReadPlace} from './bring-copy.ts';
import {folderName} from './layout.ts';
import {findStates} from './router.ts';

const none: ReadonlyMap<string, Buffer> = new Map();

/** The history that the engine has of an environment, by file name; empty for a local state, or if the engine does not answer. */
async function readKept({directory, engine, router}: ReadPlace): Promise<ReadonlyMap<string, Buffer>> {
	const record = readPlace(directory);
	if (record?.state !== 'engine') return none;
	try {
		const found = await findStates(engine, router);
		const folder = `${keptStatesFolder}/${folderName(record)}/history`;
		return (found && (await engine.readFiles(found.containerId, folder))) ?? none;
	} catch (error) {
		if (isOutcomeUnknown(error)) return none;
		throw error;
	}
}

/** Previous states of an environment, newest first: those of its folder, and those that its engine has. */
export const readFullHistory = async (place: ReadPlace): Promise<readonly HistoryEntry[]> =>
	historyWith(place.directory, await readKept(place));
