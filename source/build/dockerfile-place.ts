import path from 'node:path';
import {lookAt} from './paths.ts';

/** Folder of the source in an archive with a generated Dockerfile, which is beside it. */
export const sourceFolder = 'source';

/** Name of a Dockerfile that is found without being named. */
export const dockerfileName = 'Dockerfile';

/** Whether a folder contains a Dockerfile. */
export const hasDockerfile = (folder: string): boolean => lookAt(path.join(folder, dockerfileName)) !== undefined;
