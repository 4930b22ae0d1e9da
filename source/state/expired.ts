import {defaultEnvironment} from '../command-names.ts';
import type {Lifetime, State} from './state.ts';

/** The lifetime of an environment (docs/rules.md, "Lifetime of an environment"); undefined if it never expires. */
export const lifetimeOf = ({environment, lifetime}: State): Lifetime | undefined =>
	environment === defaultEnvironment ? undefined : (lifetime ?? undefined);

/** Whether the lifetime is over. @param now milliseconds since 1970 */
export function hasExpired(state: State, now: number): boolean {
	const lifetime = lifetimeOf(state);
	return lifetime !== undefined && Date.parse(lifetime.expiresAt) <= now;
}
