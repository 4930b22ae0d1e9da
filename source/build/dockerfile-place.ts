import path from 'node:path';
import {lookAt} from './paths.ts';

/** The folder that holds the source in an archive with a generated Dockerfile. */
export const sourceFolder = 'source';

/** Name of a Dockerfile that is found without being named. */
export const dockerfileName = 'Dockerfile';

/** Whether a folder contains a Dockerfile. */
export const hasDockerfile = (folder: string): boolean => lookAt(path.join(folder, dockerfileName)) !== undefined;
