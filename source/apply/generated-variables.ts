import type {GeneratedVariable} from '../descriptor/project.ts';
import type {DesiredResource} from '../model/specs.ts';
import {encryptValue, newRevision, ownRecipients} from '../state/secrets.ts';
import type {State, Variable} from '../state/state.ts';
import {findVariable, generateToken, withVariable} from '../state/variables.ts';
import type {EnvironmentContext} from './context.ts';

/** A variable of a resource with a newly generated value, which is not in the state yet. */
export async function generateVariable(
	state: State,
	resource: string,
	key: string,
	generated: GeneratedVariable,
): Promise<Variable> {
	const scope = {type: 'resource', name: resource} as const;
	const secret = {lineage: state.lineage, scope, key, value: generateToken(generated)};
	return {
		scope,
		key,
		source: 'generated',
		revision: newRevision(),
		updatedAt: new Date().toISOString(),
		isSensitive: true,
		ciphertext: await encryptValue(secret, await ownRecipients(state)),
	};
}

/** Generates the variables that a resource does not have yet (docs/rules.md, "Generated variables"). */
export async function generateVariables(
	context: Pick<EnvironmentContext, 'state'>,
	resource: DesiredResource,
): Promise<void> {
	for (const [key, generated] of Object.entries(resource.generatedVariables)) {
		const current = context.state.current();
		if (findVariable(current, {type: 'resource', name: resource.name}, key)) continue;
		const variable = await generateVariable(current, resource.name, key, generated);
		await context.state.update(state => withVariable(state, variable));
	}
}
