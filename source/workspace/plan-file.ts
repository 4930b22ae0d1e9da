import {readFileSync} from 'node:fs';
import {command} from '../hint.ts';
import {parsePlan, type SavedPlan, type UnverifiedPlan, verifyPlan} from '../plan/saved-plan.ts';
import {fileError} from '../state/private-file.ts';
import {readPin} from '../state/trust-key.ts';
import {findCopy} from './state-place.ts';
import type {Workspace} from './workspace.ts';

/** Reads a saved plan, whose signature is not verified yet. */
export function readPlanFile(file: string): UnverifiedPlan {
	try {
		return parsePlan(readFileSync(file, 'utf8'), file);
	} catch (error) {
		throw fileError('read the saved plan', file, error, command('plan', '--out', file));
	}
}

/** The plan of a file, with a valid signature. A machine that has never seen its environment may have the key sealed in a state on the engine. */
export async function verifyPlanFile(file: UnverifiedPlan, workspace: Workspace): Promise<SavedPlan> {
	if (!readPin(file.lineage)) await findCopy(workspace);
	return verifyPlan(file);
}
