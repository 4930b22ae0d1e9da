import {join} from 'node:path';
import {UserError} from '../errors.ts';
import {fileError, readPrivateFile, replacePrivateFile} from './private-file.ts';
import type {EnvironmentName} from './state.ts';

/** Where the state of an environment is: in its folder, or on its engine, with a copy in the folder. */
export type StateSite = 'local' | 'engine';

/** The record of it in the folder. Without one, a state in the folder is local. */
export type PlaceRecord = EnvironmentName & {
	readonly state: StateSite;
	/**
	 * A move that was begun. `there`: the folder has the state until the engine has it. `here`: the engine has it until it
	 * gives it up.
	 */
	readonly moving?: 'there' | 'here';
	/** Of a move `here`: the engine names it once it has given the state up. */
	readonly moveId?: string;
};

const placePath = (directory: string): string => join(directory, 'place.json');

/** Reads the record of a state folder. */
export function readPlace(directory: string): PlaceRecord | undefined {
	const path = placePath(directory);
	const content = readPrivateFile(path);
	if (!content) return undefined;
	try {
		const {state, project, environment, moving, moveId} = JSON.parse(content.toString()) as PlaceRecord;
		if ((state !== 'local' && state !== 'engine') || typeof project !== 'string' || typeof environment !== 'string')
			throw new Error('no place');
		const isMoving = moving === 'there' || moving === 'here';
		return {state, project, environment, ...(isMoving && {moving}), ...(moveId !== undefined && {moveId})};
	} catch (error) {
		throw new UserError(`${path} is damaged: it says where the state of this environment is`, {
			hint: 'Restore a copy of the folder. If the state is on the engine, remove the folder: it is read from there.',
			cause: error,
		});
	}
}

/** Whether the folder has only a copy of the state. */
export const isOnEngine = (directory: string): boolean => readPlace(directory)?.state === 'engine';

/** Writes the record, synced to disk. The folder exists, and the caller holds its lock or has just made it. */
export function writePlace(directory: string, record: PlaceRecord): void {
	try {
		replacePrivateFile(placePath(directory), `${JSON.stringify({version: 1, ...record}, null, '\t')}\n`);
	} catch (error) {
		throw fileError('write', placePath(directory), error);
	}
}
