import {nameIn, networkAddress} from '../../model/address.ts';
import type {Action} from '../../plan/plan.ts';

/** What a step does; with the name of its object it is the step's title, such as `start candidate web`. */
export type Task =
	| 'create network'
	| 'record networks'
	| 'replace networks'
	| 'take values'
	| 'adopt volume'
	| 'adopt resource'
	| 'adopt in place'
	| 'stop adopted'
	| 'finish adoption'
	| 'create volume'
	| 'update volume'
	| 'make image'
	| 'run router'
	| 'join router'
	| 'create resource'
	| 'replace resource'
	| 'update resource'
	| 'start resource'
	| 'restart resource'
	| 'stop resource'
	| 'rotate passwords'
	| 'delete resource'
	| 'run release command'
	| 'start candidate'
	| 'replace stop-first'
	| 'check candidate'
	| 'hold candidate'
	| 'discard candidate'
	| 'finish rollback'
	| 'start service'
	| 'stop service'
	| 'drain previous'
	| 'retire previous'
	| 'retire service'
	| 'delete service'
	| 'switch traffic'
	| 'watch deployments'
	| 'publish stops'
	| 'withdraw routes'
	| 'remove container'
	| 'record lifetime'
	| 'change certificate'
	| 'remove volume'
	| 'remove networks'
	| 'remove previous networks'
	| 'remove router'
	| 'clean up images';

/**
 * One node of the graph of an apply. Several steps can carry out one action: a service starts with its candidate and
 * is done when its previous deployment is retired.
 */
export type Step = {
	readonly id: string;
	readonly task: Task;
	/** The object that it works on, without its kind: `web`, `db.data`; empty where there is only one. */
	readonly name: string;
	/** The action that it carries out; null for a step that the plan does not list, such as a switch when no rule changes. */
	readonly address: string | null;
	/** Whether it is the first and the last step of its action. */
	readonly isFirst: boolean;
	readonly isLast: boolean;
	/** Ids of the steps that have to be done before; one that is not in the graph counts as done. */
	readonly dependsOn: readonly string[];
};

/** The only step of an action. Its dependencies are those of the action, unless others are given. */
export const onlyStep = (
	{address, dependsOn}: Pick<Action, 'address' | 'dependsOn'>,
	task: Task,
	before: readonly string[] = dependsOn,
): Step => {
	const name = nameIn(address);
	return {
		id: address,
		task,
		name: name === address ? '' : name,
		address,
		isFirst: true,
		isLast: true,
		dependsOn: before,
	};
};

/** A step that belongs to no action. */
export const unlisted = {name: '', address: null, isFirst: true, isLast: true} as const;

/** Ids of steps that are not named after an address. */
export const environmentNetworkId = 'network environment';
export const meshId = 'network mesh';
export const joinId = 'join';
export const switchId = 'switch';
export const watchId = 'watch';
export const drainId = 'drain';
export const valuesId = 'values';

/** What a step on a service waits for: the networks and, if anything is routed or probed, the router in them. */
export const joined: readonly string[] = [networkAddress, joinId];

export const candidateId = (address: string): string => `${address} candidate`;

export type StepOutcome = 'done' | 'failed' | 'skipped';
