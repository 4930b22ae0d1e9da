import {createSecretReader} from '../apply/secret-reader.ts';
import {UserError} from '../errors.ts';
import type {EnvironmentComparison} from '../output/environments/comparison.ts';
import type {State} from '../state/state.ts';
import {type ComparedState, compareEnvironments, secretKey} from './compare-environments.ts';

/** The sensitive values of an environment, or why they cannot be read. */
async function readSecrets(state: State): Promise<ComparedState & {readonly warning?: string}> {
	const reader = createSecretReader(() => state);
	try {
		const secrets = await Promise.all(
			state.variables.map(async variable =>
				variable.isSensitive
					? [
							[
								secretKey(variable),
								await reader.readCiphertext(variable.ciphertext, variable.scope, variable.key),
							] as const,
						]
					: [],
			),
		);
		return {state, secrets: new Map(secrets.flat())};
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		return {
			state,
			secrets: undefined,
			warning: `Sensitive values of ${state.environment} are not compared: ${error.message}`,
		};
	}
}

/** Compares two environments, their sensitive values included as far as this user can read them. */
export async function readComparison(from: State, to: State): Promise<EnvironmentComparison> {
	const sides = await Promise.all([readSecrets(from), readSecrets(to)]);
	return compareEnvironments(
		sides[0],
		sides[1],
		sides.flatMap(({warning}) => warning ?? []),
	);
}
