import type {RoutesRecord} from './state.ts';

/** Whether a record of routes makes the router serve anything. */
export const servesAnything = (routes: RoutesRecord | null): routes is RoutesRecord =>
	routes !== null && [routes.hosts, routes.rules, routes.access].some(part => Object.keys(part).length > 0);
