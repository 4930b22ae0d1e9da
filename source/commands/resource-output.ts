import {createSecretReader} from '../apply/secret-reader.ts';
import {findResource, knownResource} from '../backup/definition.ts';
import type {Project} from '../descriptor/project.ts';
import {UserError} from '../errors.ts';
import {outputFingerprint} from '../model/outputs.ts';
import type {DesiredResource} from '../model/specs.ts';
import {jsonDocument} from '../output/json.ts';
import {sanitiseLine, sanitiseText} from '../output/sanitise.ts';
import {appendAudit} from '../state/audit.ts';
import type {State} from '../state/state.ts';
import {isJson} from './flags.ts';
import {placeOf} from './resource-report.ts';
import type {ResourceFlags} from './resource-work.ts';
import {createTerminal} from './terminal.ts';
import {openWorkspace, readExistingState} from './workspace.ts';

/** An output in JSON (docs/rules.md, "JSON documents"). */
type Output = {
	readonly name: string;
	readonly sensitivity: 'plain' | 'sensitive';
	readonly value: string | null;
	readonly valueFingerprint: string | null;
	readonly valueHidden: boolean;
};

async function readOutput(state: State, resource: DesiredResource, name: string, isRevealed: boolean): Promise<Output> {
	const output = Object.hasOwn(resource.outputs, name) ? resource.outputs[name] : undefined;
	if (!output)
		throw new UserError(`Resource output "${name}" is not declared on resource "${resource.name}".`, {
			hint: `It has ${Object.keys(resource.outputs).join(', ') || 'none'}`,
		});
	const {project, environment} = state;
	const desired = {project, environment, resources: [resource], volumes: [], services: [], routes: []};
	const isHidden = output.sensitive && !isRevealed;
	// The template is checked, and a value that is missing is an error, whether it is shown or not.
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

const lineOf = ({name, sensitivity, value}: Output): string =>
	`${name}\t${sensitivity}\t${value === null ? '<hidden>' : sanitiseLine(value)}`;

async function open(flags: ResourceFlags) {
	const workspace = await openWorkspace(flags);
	const state = await readExistingState(workspace);
	const resource = knownResource(workspace.project, findResource(state, flags.resource));
	return {workspace, state, resource};
}

/** All outputs of a resource by name, sensitive ones without their value. */
export function readOutputs(project: Project, state: State, name: string): Promise<readonly Output[]> {
	const resource = knownResource(project, findResource(state, name));
	const names = Object.keys(resource.outputs).sort();
	return Promise.all(names.map(output => readOutput(state, resource, output, false)));
}

/** `compartment resource output list`: names and plain values; sensitive ones stay hidden. */
export async function resourceOutputList(flags: ResourceFlags): Promise<void> {
	const {print} = createTerminal(flags);
	const {workspace, state, resource} = await open(flags);
	const outputs = await readOutputs(workspace.project, state, resource.name);
	if (isJson(flags)) process.stdout.write(jsonDocument({...placeOf(state), resource: resource.name, outputs}));
	else if (outputs.length === 0) print(`No outputs found for resource ${resource.name}.`);
	else print(outputs.map(lineOf).join('\n'));
}

/** `compartment resource output show`: one value; a sensitive one with `--reveal`, which is audited. */
export async function resourceOutputShow(
	name: string,
	flags: ResourceFlags & {readonly reveal?: boolean},
): Promise<void> {
	const {print, inform} = createTerminal(flags);
	const {workspace, state, resource} = await open(flags);
	const output = await readOutput(state, resource, name, flags.reveal === true);
	if (output.sensitivity === 'sensitive' && !output.valueHidden) {
		const details = {output: name};
		const target = resource.address;
		const type = 'resource.output.revealed';
		const warning = appendAudit(workspace.directory, {type, status: 'succeeded', target, details});
		if (warning) inform(`Warning: ${sanitiseText(warning)}`);
	}
	if (isJson(flags)) process.stdout.write(jsonDocument({...placeOf(state), resource: resource.name, output}));
	else print(lineOf(output));
}
