import type {DesiredResource} from '../model/specs.ts';
import type {VariableScope} from '../model/values.ts';
import {encryptValue, newRevision, ownRecipients} from '../state/secrets.ts';
import {findVariable, generateToken, withVariable} from '../state/variables.ts';
import type {ApplyContext} from './context.ts';

/** Makes the variables that a resource wants generated and that it does not have yet (contract 5.9). */
export async function generateVariables(
	context: Pick<ApplyContext, 'state'>,
	resource: DesiredResource,
): Promise<void> {
	const scope: VariableScope = {type: 'resource', name: resource.name};
	for (const [key, generated] of Object.entries(resource.generatedVariables)) {
		if (findVariable(context.state.current(), scope, key)) continue;
		const value = generateToken(generated);
		const current = context.state.current();
		const secret = {lineage: current.lineage, scope, key, value};
		const ciphertext = await encryptValue(secret, await ownRecipients(current));
		const variable = {
			scope,
			key,
			source: 'generated',
			revision: newRevision(),
			updatedAt: new Date().toISOString(),
			isSensitive: true,
			ciphertext,
		} as const;
		await context.state.update(state => withVariable(state, variable));
	}
}
