import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal, warn} from '../../output/terminal.ts';
import {readPlace, type StateSite} from '../../state/place.ts';
import {hasState} from '../../state/state-file.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';
import {choosePlace, prepareFolder} from '../../workspace/state-place.ts';
import {openWorkspace} from '../../workspace/workspace.ts';

type CreateFlags = CommonFlags & {readonly state?: StateSite};

/**
 * `compartment environment create NAME`: says where the state of a new environment is kept, before the first apply. A state
 * of this name that is already on the engine is used.
 */
export async function environmentCreate(name: string, {state: place, ...flags}: CreateFlags): Promise<void> {
	const terminal = createTerminal(flags);
	const workspace = await openWorkspace({...flags, env: name});
	const {directory} = workspace;
	if (hasState(directory))
		throw new UserError(`Environment ${name} exists already.`, {
			hint: hint`To share its state through the engine: ${command('state migrate', '--to', 'engine')}`,
		});
	const chosen = place && (await choosePlace(workspace, place));
	warn(terminal, chosen?.warnings ?? (await prepareFolder(workspace)));
	const state = readPlace(directory)?.state ?? 'local';
	if (isJson(flags)) process.stdout.write(jsonDocument({environment: {name}, state}));
	else
		terminal.print(
			chosen?.isFound
				? `Environment ${sanitiseLine(name)} is on the engine already; this folder uses its state now.`
				: `Environment ${sanitiseLine(name)} will have its state ${state === 'engine' ? 'on the engine' : 'in this folder'}. ${hintText(hint`Deploy it: ${command('apply')}`)}`,
		);
}
