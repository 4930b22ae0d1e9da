import type {Project} from '../descriptor/project.ts';
import type {VariableScope} from './values.ts';
import {isSameScope} from './values.ts';

type Known = {readonly scope: VariableScope; readonly key: string; readonly isSensitive: boolean};
type Bound = {readonly service: string; readonly key: string; readonly resource: string; readonly output: string};

/** One variable as its target sees it, with its source. */
export type EffectiveVariable<Variable extends Known> = {
	readonly key: string;
	readonly isSensitive: boolean;
} & (
	| {readonly source: 'direct' | 'inherited'; readonly variable: Variable}
	| {readonly source: 'binding'; readonly resource: string; readonly output: string; readonly isDescriptor: boolean}
);

type Input<Variable extends Known> = {
	readonly project: Project;
	readonly variables: readonly Variable[];
	readonly bindings: readonly Bound[];
};

/**
 * The variables of a target by precedence (docs/rules.md, "Precedence"): its own, outputs bound to it, those of the
 * environment.
 */
export function effectiveVariables<Variable extends Known>(
	{project, variables, bindings}: Input<Variable>,
	target: VariableScope,
): EffectiveVariable<Variable>[] {
	const found = new Map<string, EffectiveVariable<Variable>>();
	if (target.type === 'service') {
		for (const variable of variables)
			if (variable.scope.type === 'environment')
				found.set(variable.key, {key: variable.key, isSensitive: variable.isSensitive, source: 'inherited', variable});
		const connections = project.services.find(({name}) => name === target.name)?.connections ?? [];
		const manual = bindings.filter(({service}) => service === target.name);
		for (const [isDescriptor, list] of [
			[false, manual],
			[true, connections],
		] as const)
			for (const {key, resource, output} of list) {
				const declared = project.resources.find(({name}) => name === resource)?.outputs[output];
				found.set(key, {
					key,
					isSensitive: declared?.sensitive ?? true,
					source: 'binding',
					resource,
					output,
					isDescriptor,
				});
			}
	}
	for (const variable of variables)
		if (isSameScope(variable.scope, target))
			found.set(variable.key, {key: variable.key, isSensitive: variable.isSensitive, source: 'direct', variable});
	return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}
