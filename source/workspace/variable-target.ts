import type {Project} from '../descriptor/project.ts';
import {UserError} from '../errors.ts';
import type {VariableScope} from '../model/values.ts';
import {nearest} from '../nearest.ts';
import type {State} from '../state/state.ts';
import type {CommonFlags} from './flags.ts';

/** `--service` and `--resource` select one target, so they are not repeatable. */
export type TargetFlags = CommonFlags & {readonly service?: string; readonly resource?: string};

const similar = (name: string, candidates: readonly string[]): string => {
	const suggestion = nearest(name, candidates);
	return suggestion ? ` Did you mean ${suggestion}?` : '';
};

/** The scope that the flags name (docs/rules.md, "Scopes"). */
export function targetOf({service, resource}: TargetFlags): VariableScope {
	if (service !== undefined && resource !== undefined)
		throw new UserError('Pass either --service or --resource, not both.');
	if (service !== undefined) return {type: 'service', name: service};
	return resource === undefined ? {type: 'environment'} : {type: 'resource', name: resource};
}

/** Refuses a service or resource that does not exist. Not called for a removal, which may clean up after one. */
export function assertTarget(target: VariableScope, project: Project, state: State): void {
	if (target.type === 'service') {
		const names = project.services.map(({name}) => name);
		if (names.includes(target.name) || state.active[target.name] !== undefined) return;
		throw new UserError(`The requested service was not found: ${target.name}.${similar(target.name, names)}`, {
			hint: `compartment.yml declares ${names.join(', ')}`,
		});
	}
	if (target.type === 'resource' && !project.resources.some(({name}) => name === target.name)) {
		const names = project.resources.map(({name}) => name);
		throw new UserError(
			`Resource "${target.name}" is not declared in local compartment.yml under resources.${target.name}.${similar(target.name, names)}`,
		);
	}
}

/** A target with its environment: `shop / production / web`, `shop / production / resource db`. */
export function describeScope(state: Pick<State, 'project' | 'environment'>, target: VariableScope): string {
	const environment = `${state.project} / ${state.environment}`;
	if (target.type === 'environment') return environment;
	return `${environment} / ${target.type === 'resource' ? 'resource ' : ''}${target.name}`;
}

/** A target for the header of a list. */
export const describeTarget = (target: VariableScope): string =>
	target.type === 'environment' ? 'environment' : `${target.type} ${target.name}`;
