import {join} from 'node:path';
import {confirmByName} from '../../console/confirm-name.ts';
import {UserError} from '../../errors.ts';
import {again, command} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal} from '../../output/terminal.ts';
import {namesIn} from '../../state/directory.ts';
import {parseState} from '../../state/document.ts';
import {removeEnvironmentDirectory} from '../../state/environments.ts';
import {acquireLock} from '../../state/lock.ts';
import {isOnEngine} from '../../state/place.ts';
import {readPrivateFile, statsOf} from '../../state/private-file.ts';
import type {State} from '../../state/state.ts';
import {statePath} from '../../state/state-file.ts';
import {readPin, removePin} from '../../state/trust-key.ts';
import {findOriginal} from '../../state/trusted.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';
import {openWorkspace} from '../../workspace/workspace.ts';

type ForgetFlags = CommonFlags & {readonly autoApprove?: boolean};

/** The unverified state: it need not be trusted to be forgotten. */
function peek(directory: string): State | undefined {
	const content = readPrivateFile(statePath(directory));
	const parsed = content && parseState(content);
	return parsed && 'state' in parsed ? parsed.state : undefined;
}

/**
 * `compartment state forget`: removes an environment's state, history, audit, logs and backups from this folder, but
 * changes nothing on the engine. For a copied folder, whose original keeps owning what runs.
 */
export async function stateForget(flags: ForgetFlags): Promise<void> {
	const {print} = createTerminal(flags);
	const {project, directory, environment} = await openWorkspace(flags);
	if (!statsOf(directory))
		throw new UserError(`Environment ${environment} has nothing in ${directory}.`, {
			hint: command('environment list'),
		});
	const state = peek(directory);
	const original = state && findOriginal(state, directory, process.env);
	const isShared = isOnEngine(directory);
	const backups = namesIn(join(directory, 'backups')).filter(name => name.startsWith('rbak_')).length;
	const owner = isShared
		? 'Its state stays on the engine, and the next command reads it from there.'
		: original
			? `What runs belongs to ${original} and keeps running.`
			: 'What runs keeps running, and nothing here can change or remove it any more.';
	const copies =
		backups > 0
			? ` ${backups} ${backups === 1 ? 'backup in this folder is' : 'backups in this folder are'} deleted too.`
			: '';
	await confirmByName({
		name: project.name,
		consequence: sanitiseLine(`Forget environment ${environment} in ${directory}. ${owner}${copies}`),
		isConfirmed: flags.autoApprove === true,
		refusal: 'State forget requires confirmation.',
		hint: again('--auto-approve'),
		cancelled: 'Nothing was changed.',
	});
	const lock = await acquireLock(directory, {operation: 'state forget', waitMs: flags.lockTimeout});
	try {
		removeEnvironmentDirectory(project.directory, environment);
		if (state && !original && !isShared && readPin(state.lineage)) removePin(state.lineage);
	} finally {
		await lock.release();
	}
	if (isJson(flags)) process.stdout.write(jsonDocument({environment: {name: environment}, original: original ?? null}));
	else print(`Forgot ${sanitiseLine(environment)}. The next apply starts from nothing: ${hintText(command('plan'))}`);
}
