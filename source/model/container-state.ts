/** What an engine says of a container. */
export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

/** Whether its process runs at this moment: one that waits to be started again does not. */
export const runsNow = (container: {readonly state: ContainerState} | undefined): boolean =>
	container?.state === 'running';

/** Whether the engine keeps it up: it runs, or its restart policy is about to start it again. */
export const isKeptUp = (container: {readonly state: ContainerState} | undefined): boolean =>
	container?.state === 'running' || container?.state === 'restarting';
