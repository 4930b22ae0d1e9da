import Docker from 'dockerode';
import {connect} from '../../source/engine/docker-transport.ts';
import {isThroughSsh} from './local-engine-only.ts';

/** The engine without the code under test, to look and to disturb; also straight when tests reach it through ssh. */
export const straightDocker = (): Docker =>
	new Docker(isThroughSsh() ? connect({socketPath: '/var/run/docker.sock'}) : undefined);
