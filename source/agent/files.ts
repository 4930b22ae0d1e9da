import {join} from 'node:path';
import {configurationDirectory} from '../settings/configuration-directory.ts';

/** The folder of the agents of this user. */
export const agentDirectory = (env: NodeJS.ProcessEnv = process.env): string =>
	join(configurationDirectory(env), 'agent');

/** The folder of the agent of one engine. */
export const engineDirectory = (engineId: string, env: NodeJS.ProcessEnv = process.env): string =>
	// An engine chooses its id, so it must not lead to another folder.
	join(agentDirectory(env), `engine-${engineId.replaceAll(/[^A-Za-z0-9]/g, '-')}`);
