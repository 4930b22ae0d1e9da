import {realpathSync} from 'node:fs';
import {UserError} from '../errors.ts';
import {findDecision} from './registry.ts';
import {listAgents} from './status.ts';

/** Whether agents look after the project of a folder. No, if that cannot be read: `agent list` says why. */
export function isRegistered(folder: string): boolean {
	try {
		return findDecision(realpathSync(folder)) === 'registered';
	} catch (error) {
		if (error instanceof UserError) return false;
		throw error;
	}
}

/**
 * Whether an agent of this user runs and looks after a project.
 * @param folder of compartment.yml
 * @param engineId only the agent of this engine counts; any by default
 */
export async function isAttended(folder: string, engineId?: string): Promise<boolean> {
	if (!isRegistered(folder)) return false;
	try {
		const agents = await listAgents();
		return agents.some(({isRunning, status}) => isRunning && (engineId === undefined || status.engine.id === engineId));
	} catch (error) {
		// Commands that only want to warn must not fail for it.
		if (error instanceof UserError) return false;
		throw error;
	}
}
