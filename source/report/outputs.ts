import {createSecretReader} from '../apply/secret-reader.ts';
import {findResource, knownResource} from '../backup/definition.ts';
import type {Project} from '../descriptor/project.ts';
import {UserError} from '../errors.ts';
import {outputFingerprint} from '../model/outputs.ts';
import type {DesiredResource} from '../model/specs.ts';
import type {State} from '../state/state.ts';

/** An output in JSON (docs/rules.md, "JSON documents"). */
export type Output = {
	readonly name: string;
	readonly sensitivity: 'plain' | 'sensitive';
	readonly value: string | null;
	readonly valueFingerprint: string | null;
	readonly valueHidden: boolean;
};

/** One output; a sensitive value only if revealed. */
export async function readOutput(
	state: State,
	resource: DesiredResource,
	name: string,
	isRevealed: boolean,
): Promise<Output> {
	const output = Object.hasOwn(resource.outputs, name) ? resource.outputs[name] : undefined;
	if (!output)
		throw new UserError(`Resource output "${name}" is not declared on resource "${resource.name}".`, {
			hint: `It has ${Object.keys(resource.outputs).join(', ') || 'none'}`,
		});
	const {project, environment} = state;
	const desired = {project, environment, resources: [resource], volumes: [], services: [], routes: []};
	const isHidden = output.sensitive && !isRevealed;
	// Checks the template: a missing value is an error even if it is hidden.
	const fingerprint = outputFingerprint(output, {project, environment, resource: resource.name}, resource.spec.env);
	const reference = {
		type: 'output',
		resource: resource.name,
		output: name,
		isSensitive: output.sensitive,
		fingerprint,
	} as const;
	const value = isHidden
		? null
		: (await createSecretReader(() => state).resolveEnv({value: reference}, desired))['value']!;
	return {
		name,
		sensitivity: output.sensitive ? 'sensitive' : 'plain',
		value,
		valueFingerprint: fingerprint,
		valueHidden: isHidden,
	};
}

/** All outputs of a resource by name, without sensitive values. */
export function readOutputs(project: Project, state: State, name: string): Promise<readonly Output[]> {
	const resource = knownResource(project, findResource(state, name));
	const names = Object.keys(resource.outputs).sort();
	return Promise.all(names.map(output => readOutput(state, resource, output, false)));
}
