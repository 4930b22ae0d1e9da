import type {Hint} from '../hint.ts';
import {isStopFirst} from '../model/kinds.ts';
import type {Action, ObjectType} from './plan.ts';

type Parts = Pick<Action, 'address' | 'object'> & Partial<Action>;

const rest = {changes: [], unchanged: 0, dependsOn: [], reasons: []} as const;

/** An action that does nothing. */
export const unchangedAction = (address: string, object: ObjectType, unchanged = 0): Action => ({
	...rest,
	address,
	object,
	kind: 'none',
	unchanged,
});

/** Whether a service's old container or its new one comes first. */
export const replaceOrder = (service: Parameters<typeof isStopFirst>[0]): 'destroy-first' | 'create-first' =>
	isStopFirst(service) ? 'destroy-first' : 'create-first';

/** Whether an action makes a container of a service or resource. One that is adopted in place is there already. */
export const makesContainer = ({kind, order}: Pick<Action, 'kind' | 'order'>): boolean =>
	kind === 'create' || kind === 'replace' || (kind === 'adopt' && order !== undefined);

/** An action with defaults for everything that is left out. */
export const action = (parts: Parts & Pick<Action, 'kind' | 'reasons'>): Action => ({...rest, ...parts});

/** An action that stops the whole plan, with the way out. */
export const blocked = (address: string, object: ObjectType, reason: string, unblock: Hint): Action => ({
	...rest,
	address,
	object,
	kind: 'blocked',
	reasons: [reason],
	unblock,
});

const waysOut = {
	container: name => `docker rename ${name} another-name`,
	network: name => `docker network rm ${name}`,
	volume: name =>
		`docker volume inspect ${name} shows its origin. Rename the project, or remove the volume if you do not need its data`,
} satisfies Record<string, (name: string) => string>;

/** Blocks an action whose name on the engine is taken by an object that is not ours. */
export const blockedByForeign = (
	{address, object}: Pick<Action, 'address' | 'object'>,
	kind: keyof typeof waysOut,
	name: string,
): Action => blocked(address, object, `${kind} ${name} exists but was not created by Compartment`, waysOut[kind](name));
