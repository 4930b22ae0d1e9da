import {plainRequest} from '../apply/plan-request.ts';
import {jsonLine} from '../output/json.ts';
import {sanitiseLine} from '../output/sanitise.ts';
import {removeEnvironmentDirectory} from '../state/environments.ts';
import {readState} from '../state/store.ts';
import {type ApplyFlags, apply} from './apply.ts';
import {isJson} from './flags.ts';
import {createTerminal} from './terminal.ts';
import {openWorkspace, readExistingState} from './workspace.ts';

const isEmpty = (record: object): boolean => Object.keys(record).length === 0;

/**
 * `compartment environment delete NAME`: takes an environment down with its data, after a plan and a confirmation, and
 * forgets it: state, history, variables and audit go too.
 */
export async function environmentDelete(name: string, flags: ApplyFlags): Promise<void> {
	const {print} = createTerminal(flags);
	const workspace = await openWorkspace({...flags, env: name});
	await readExistingState(workspace);
	await apply('destroy', undefined, {...flags, env: name}, {...plainRequest, mode: 'destroy', deleteData: true});
	const state = await readState(workspace.directory);
	if (process.exitCode || (state && !(isEmpty(state.active) && isEmpty(state.resources) && isEmpty(state.volumes))))
		return;
	removeEnvironmentDirectory(workspace.project.directory, name);
	if (isJson(flags)) process.stdout.write(jsonLine({type: 'environment-deleted', environment: name}));
	else print(`Deleted environment ${sanitiseLine(name)}.`);
}
