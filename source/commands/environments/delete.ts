import {confirmByName} from '../../console/confirm-name.ts';
import {again} from '../../hint.ts';
import {jsonLine} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal} from '../../output/terminal.ts';
import {plainRequest} from '../../refresh/plan-request.ts';
import {backupWarnings} from '../../report/backup-warnings.ts';
import {removeEngineRecord} from '../../state/engine-record.ts';
import {removeEnvironmentDirectory} from '../../state/environments.ts';
import {isOnEngine} from '../../state/place.ts';
import type {State} from '../../state/state.ts';
import {readState} from '../../state/store.ts';
import {removePin} from '../../state/trust-key.ts';
import {isJson} from '../../workspace/flags.ts';
import {findCopy} from '../../workspace/state-place.ts';
import {openWorkspace, readExistingState} from '../../workspace/workspace.ts';
import {type ApplyFlags, apply} from '../deploy/apply.ts';
import type {ApplyOutcome} from '../exit-code.ts';

const isEmpty = (record: object): boolean => Object.keys(record).length === 0;

const isDestroyed = ({active, resources, volumes}: State): boolean =>
	isEmpty(active) && isEmpty(resources) && isEmpty(volumes);

/**
 * `compartment environment delete NAME`: removes an environment with its data, after a plan and a confirmation, and
 * deletes its state, history, variables, audit and the backups in its folder.
 */
export async function environmentDelete(name: string, flags: ApplyFlags): Promise<ApplyOutcome> {
	const {print, inform} = createTerminal(flags);
	const workspace = await openWorkspace({...flags, env: name});
	const previous = await readExistingState(workspace);
	const warnings = backupWarnings(previous.backups, workspace.directory);
	if (isDestroyed(previous)) {
		// There is nothing left to plan, so the plan would not ask.
		for (const warning of warnings) inform(`Warning: ${sanitiseLine(warning)}`);
		await confirmByName({
			name,
			consequence: `Delete environment ${name} with its history and variables.`,
			isConfirmed: flags.autoApprove === true,
			refusal: 'Environment delete requires confirmation.',
			hint: again('--auto-approve'),
			cancelled: 'Nothing was deleted.',
		});
	}
	const request = {...plainRequest, mode: 'destroy', deleteData: true, warnings} as const;
	const outcome = await apply('destroy', undefined, {...flags, env: name}, request);
	await findCopy(workspace);
	const state = await readState(workspace.directory);
	if (outcome === 'failed' || outcome === 'cancelled' || (state && !isDestroyed(state))) return outcome;
	if (isOnEngine(workspace.directory)) {
		const {forgetState} = await import('../../engine-state/forget.ts');
		await forgetState(workspace.directory, workspace, {operation: 'environment delete', waitMs: flags.lockTimeout});
	}
	removeEnvironmentDirectory(workspace.project.directory, name);
	removePin(previous.lineage);
	removeEngineRecord(previous);
	if (isJson(flags)) process.stdout.write(jsonLine({type: 'environment-deleted', environment: name}));
	else print(`Deleted environment ${sanitiseLine(name)}.`);
	return outcome;
}
