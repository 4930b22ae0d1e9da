import type {SecretReader} from '../apply/secret-reader.ts';
import {UserError} from '../errors.ts';
import {command} from '../hint.ts';
import type {VariableScope} from '../model/values.ts';
import type {Backup, ResourceDefinition} from '../state/backup.ts';
import {encryptValue, newRevision, ownRecipients} from '../state/secrets.ts';
import type {State, Variable} from '../state/state.ts';
import {findVariable, variablesOf, withVariable} from '../state/variables.ts';
import {patchBackup} from './records.ts';

/** Sensitive variables of a definition that are neither set nor generated. */
export function missingVariables(state: State, {spec, generatedVariables}: ResourceDefinition): string[] {
	return Object.values(spec.env).flatMap(value => {
		if (value.type !== 'secret' || Object.hasOwn(generatedVariables, value.key)) return [];
		return findVariable(state, value.scope, value.key) ? [] : value.key;
	});
}

/** Refuses a backup if a sensitive variable of its resource is missing and cannot be generated. */
export function assertVariables(state: State, resource: string, definition: ResourceDefinition): void {
	const [missing] = missingVariables(state, definition);
	if (missing === undefined) return;
	throw new UserError(`Variable ${missing} of resource ${resource} was removed since the backup was made.`, {
		hint: command('variable set', missing, '--resource', resource, '--sensitive', '--stdin'),
	});
}

/**
 * The state with the variables of one resource copied to another. Sensitive values are encrypted again, because a ciphertext
 * is bound to its resource.
 */
export async function copyVariables(state: State, secrets: SecretReader, from: string, to: string): Promise<State> {
	const source: VariableScope = {type: 'resource', name: from};
	const scope: VariableScope = {type: 'resource', name: to};
	if (from === to) return state;
	let next = state;
	for (const variable of variablesOf(state, source)) {
		const {key} = variable;
		const base = {...variable, scope, revision: newRevision(), updatedAt: new Date().toISOString()};
		if (!variable.isSensitive) {
			next = withVariable(next, base as Variable);
			continue;
		}
		const value = await secrets.readCiphertext(variable.ciphertext, source, key);
		const ciphertext = await encryptValue({lineage: next.lineage, scope, key, value}, await ownRecipients(next));
		next = withVariable(next, {...base, isSensitive: true, ciphertext});
	}
	return next;
}

/** The state without the variables of a resource. */
export const withoutVariables = (state: State, resource: string): State => ({
	...state,
	variables: state.variables.filter(({scope}) => scope.type !== 'resource' || scope.name !== resource),
});

/** The state without the traces of a failed restore into a new resource. */
export function withoutCopy(state: State, {id, resource}: Pick<Backup, 'id' | 'resource'>, name: string): State {
	const next = patchBackup(state, id, {restoringAs: undefined});
	// A resource restored under its own name keeps its variables.
	return resource === name ? next : withoutVariables(next, name);
}
