import {lstat} from 'node:fs/promises';
import path from 'node:path';

/** Name of a Dockerfile that is found without being named. */
export const dockerfileName = 'Dockerfile';

/** Whether a folder contains a Dockerfile. */
export const hasDockerfile = async (folder: string): Promise<boolean> =>
	Boolean(await lstat(path.join(folder, dockerfileName)).catch(() => undefined));
