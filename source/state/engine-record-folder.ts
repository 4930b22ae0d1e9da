import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {configurationDirectory} from '../settings/configuration-directory.ts';

/** The folder of the recorded engines of environments. */
export const engineRecordFolder = (env: NodeJS.ProcessEnv = process.env): string =>
	join(configurationDirectory(env), 'environments');

/** Whether any environment has a recorded engine. The first frame of the dashboard waits for it, so it loads nothing. */
export const hasEngineRecords = (env: NodeJS.ProcessEnv = process.env): boolean => existsSync(engineRecordFolder(env));
