import {findResource, knownResource} from '../../backup/definition.ts';
import type {ResourceFlags} from '../../console/watch-work.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine, sanitiseText} from '../../output/sanitise.ts';
import {createTerminal} from '../../output/terminal.ts';
import {type Output, readOutput, readOutputs} from '../../report/outputs.ts';
import {placeOf} from '../../report/resources.ts';
import {appendAudit} from '../../state/audit.ts';
import {isJson} from '../../workspace/flags.ts';
import {openWorkspace, readExistingState} from '../../workspace/workspace.ts';

const lineOf = ({name, sensitivity, value}: Output): string =>
	`${name}\t${sensitivity}\t${value === null ? '<hidden>' : sanitiseLine(value)}`;

async function open(flags: ResourceFlags) {
	const workspace = await openWorkspace(flags);
	const state = await readExistingState(workspace);
	const resource = knownResource(workspace.project, findResource(state, flags.resource));
	return {workspace, state, resource};
}

/** `compartment resource output list`: lists outputs, with sensitive values hidden. */
export async function resourceOutputList(flags: ResourceFlags): Promise<void> {
	const {print} = createTerminal(flags);
	const {workspace, state, resource} = await open(flags);
	const outputs = await readOutputs(workspace.project, state, resource.name);
	if (isJson(flags)) process.stdout.write(jsonDocument({...placeOf(state), resource: resource.name, outputs}));
	else if (outputs.length === 0) print(`No outputs found for resource ${resource.name}.`);
	else print(outputs.map(lineOf).join('\n'));
}

/** `compartment resource output show`: shows one output; a sensitive one with `--reveal`, which is audited. */
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
