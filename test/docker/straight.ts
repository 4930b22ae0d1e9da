import Docker from 'dockerode';
import {isThroughSsh} from './local-engine-only.ts';

/** The engine without the code under test, to look and to disturb; also straight when tests reach it through ssh. */
export const straightDocker = (): Docker =>
	new Docker(isThroughSsh() ? {socketPath: '/var/run/docker.sock'} : undefined);
