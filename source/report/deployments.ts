import type {Deployment, State} from '../state/state.ts';

/** Deployments of an environment, the newest first. */
export const newestDeployments = (state: State, services: readonly string[] | undefined): Deployment[] =>
	Object.values(state.deployments)
		.filter(({service}) => !services || services.length === 0 || services.includes(service))
		.sort((a, b) => (a.id < b.id ? 1 : -1));
