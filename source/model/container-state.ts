/** State of a container as the engine reports it. */
export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

/** Whether its process runs right now, rather than waiting for a restart. */
export const runsNow = (container: {readonly state: ContainerState} | undefined): boolean =>
	container?.state === 'running';

/** Whether the engine keeps it up: it runs, or its restart policy is about to restart it. */
export const isKeptUp = (container: {readonly state: ContainerState} | undefined): boolean =>
	container?.state === 'running' || container?.state === 'restarting';

/** Whether the engine is removing it. It cannot be started any more. */
export const isLeaving = (container: {readonly state: ContainerState} | undefined): boolean =>
	container?.state === 'removing';

/** Whether its process has ended, and the engine does not start it again. */
export const isOver = ({state}: {readonly state: ContainerState}): boolean => state === 'exited' || state === 'dead';
