import {findResource} from '../../backup/definition.ts';
import {parseSince, sinceOf} from '../../console/since.ts';
import type {ResourceFlags} from '../../console/watch-work.ts';
import {eachLine} from '../../engine/each-line.ts';
import {ownEngine} from '../../engine/own-engine.ts';
import {UserError} from '../../errors.ts';
import {again, command} from '../../hint.ts';
import {isKeptUp} from '../../model/container-state.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal} from '../../output/terminal.ts';
import {hideSecrets, noteRawLogs} from '../../report/masked-logs.ts';
import {placeOf} from '../../report/resources.ts';
import {isJson} from '../../workspace/flags.ts';
import {openWorkspace, readExistingState} from '../../workspace/workspace.ts';

const mostLines = 500;

function tailOf(text: string): number {
	const tail = Number(text);
	if (/^[1-9]\d*$/.test(text) && tail <= mostLines) return tail;
	throw new UserError(`--tail must be a positive integer up to ${mostLines}.`);
}

/** `compartment resource logs`: prints the last log lines of a running resource, without time and source. */
export async function resourceLogs(
	flags: ResourceFlags & {readonly tail: string; readonly since?: string; readonly raw?: boolean},
): Promise<void> {
	const {print, inform, paint} = createTerminal(flags);
	const name = flags.resource;
	const tail = tailOf(flags.tail);
	const wanted = parseSince(flags.since);
	const workspace = await openWorkspace(flags);
	const state = await readExistingState(workspace);
	const {containerId} = findResource(state, name);
	const details = await ownEngine(workspace.engine, state, workspace.router.name).inspectContainer(containerId);
	if (!isKeptUp(details))
		throw new UserError(`Resource ${name} is not running.`, {hint: command('resource start', '--resource', name)});
	const {engine, directory} = workspace;
	if (flags.raw) noteRawLogs({state, directory, inform});
	const since = await sinceOf(wanted, engine);
	const shown = flags.raw ? engine : await hideSecrets(engine, state, again('--raw'));
	const lines = [];
	const log = eachLine(shown.logs(containerId, {tail, ...(since ? {since} : {})}));
	for await (const {at, stream, text} of log) {
		if (isJson(flags)) lines.push({message: text, resourceName: name, stream, timestamp: at});
		else print(sanitiseLine(text, {keepColour: paint.isColoured}));
	}
	if (isJson(flags)) process.stdout.write(jsonDocument({...placeOf(state), resource: name, lines}));
}
