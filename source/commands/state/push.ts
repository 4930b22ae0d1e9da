import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {confirmByName} from '../../console/confirm-name.ts';
import {UserError} from '../../errors.ts';
import {again, command, hint} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal} from '../../output/terminal.ts';
import {appendAudit} from '../../state/audit.ts';
import {parseState} from '../../state/document.ts';
import {acquireLock} from '../../state/lock.ts';
import {readPlace} from '../../state/place.ts';
import {fileError} from '../../state/private-file.ts';
import {whyForeign} from '../../state/trusted.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';
import {prepareFolder} from '../../workspace/state-place.ts';
import {openWorkspace, type Workspace} from '../../workspace/workspace.ts';

type PushFlags = CommonFlags & {readonly autoApprove?: boolean};

function readFile(path: string): Buffer {
	try {
		return readFileSync(path);
	} catch (error) {
		throw fileError('read', path, error);
	}
}

/** Reads a state of this environment that this machine trusts. */
function readPushed(file: string, {project, environment, directory}: Workspace) {
	const content = readFile(resolve(file));
	const parsed = parseState(content);
	if (!('state' in parsed))
		throw new UserError(`${file} ${parsed.problem}`, {hint: command('state pull', '--out', file)});
	const {state} = parsed;
	if (state.project !== project.name || state.environment !== environment)
		throw new UserError(
			`${file} is the state of project ${state.project}, environment ${state.environment}, not of ${project.name}, ${environment}.`,
		);
	const why = whyForeign(parsed, directory, process.env);
	if (why) throw new UserError(`${file} is not trusted: it ${why}.`);
	return {content, state};
}

/**
 * `compartment state push FILE`: replaces the state on the engine by a newer one of the same lineage. Changes nothing else:
 * the next plan shows the difference.
 */
export async function statePush(file: string, flags: PushFlags): Promise<void> {
	const {print} = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const {directory, environment, engine, router} = workspace;
	// The copy need not be what the engine has: that may be gone.
	if (!readPlace(directory)) await prepareFolder(workspace);
	const record = readPlace(directory);
	if (record?.state !== 'engine')
		throw new UserError(`The state of environment ${environment} is in ${directory}, not on the engine.`, {
			hint: hint`Move it there: ${command('state migrate', '--to', 'engine')}`,
		});
	const pushed = readPushed(file, workspace);
	const {lookAtState, assertFollows, pushState} = await import('../../engine-state/push.ts');
	const stored = await lookAtState({engine, router}, record);
	const replaced = stored && assertFollows(pushed.state, stored);
	const {serial} = pushed.state;
	const what = replaced === undefined ? 'The engine has no state now.' : `It replaces serial ${replaced}.`;
	await confirmByName({
		name: environment,
		consequence: sanitiseLine(
			`Write serial ${serial} (${pushed.state.updatedAt}) as the state of ${environment}. ${what}`,
		),
		isConfirmed: flags.autoApprove === true,
		refusal: 'State push requires confirmation.',
		hint: again('--auto-approve'),
		cancelled: 'Nothing was written.',
	});
	const options = {operation: 'state push', waitMs: flags.lockTimeout};
	const local = await acquireLock(directory, options);
	try {
		await pushState(directory, {engine, router}, record, pushed, {...options, local});
		appendAudit(directory, {type: 'state.pushed', status: 'succeeded', target: environment, details: {serial}});
	} finally {
		await local.release();
	}
	if (isJson(flags)) process.stdout.write(jsonDocument({environment: {name: environment}, serial}));
	else print(hintText(hint`The engine has serial ${String(serial)} now. Show the difference: ${command('plan')}`));
}
