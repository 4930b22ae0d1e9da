import {realpathSync} from 'node:fs';
import {UserError} from '../errors.ts';
import {findDecision} from './registry.ts';
import {findAgent} from './status.ts';

type Situation = {
	/** Folder of compartment.yml. */
	readonly folder: string;
	readonly engineId: string;
	/** Whether a schedule is not kept without an agent. A plan warns of it. */
	readonly hasUnkeptSchedule: boolean;
	/** Whether the environment expires, which only an agent sees to. */
	readonly hasLifetime: boolean;
	readonly canAsk: boolean;
};

/**
 * How a successful apply offers to register its project with the agent; undefined if it does not. Each project is asked
 * about once, and only when it needs an agent or an agent runs on its engine. Where nobody can be asked, a hint says what the
 * plan has not warned of.
 */
export async function chooseOffer({canAsk, folder, ...project}: Situation): Promise<'ask' | 'hint' | undefined> {
	const {engineId, hasUnkeptSchedule, hasLifetime} = project;
	try {
		if (findDecision(realpathSync(folder)) !== undefined) return undefined;
		if (canAsk) return hasUnkeptSchedule || hasLifetime || (await findAgent(engineId))?.isRunning ? 'ask' : undefined;
		return hasLifetime && !hasUnkeptSchedule ? 'hint' : undefined;
	} catch (error) {
		// The apply has succeeded. The commands of the agent report what is wrong with their files.
		if (error instanceof UserError) return undefined;
		throw error;
	}
}
