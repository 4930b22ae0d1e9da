import {assertUnused, deleteVolume, releaseVolume} from '../../backup/volume-life.ts';
import {findVolume} from '../../backup/volumes.ts';
import {confirmByName} from '../../console/confirm-name.ts';
import {workOn} from '../../console/watch-work.ts';
import {again, command} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {createTerminal} from '../../output/terminal.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';
import {openWorkspace, readExistingState} from '../../workspace/workspace.ts';

/** `compartment volume release`: a service goes on without a volume, whose data is kept. */
export async function volumeRelease(volume: string, flags: CommonFlags): Promise<void> {
	const {print} = createTerminal(flags);
	await workOn(flags, 'volume release', work => releaseVolume(work, volume));
	if (isJson(flags)) process.stdout.write(jsonDocument({volume, released: true}));
	else
		print(
			`Released ${volume}. The next apply goes on without it. To delete its data then: ${hintText(command('volume delete', volume))}`,
		);
}

/** `compartment volume delete`: deletes a volume that nothing uses, with its data. */
export async function volumeDelete(volume: string, flags: CommonFlags & {readonly yes?: boolean}): Promise<void> {
	const {print} = createTerminal(flags);
	const state = await readExistingState(await openWorkspace(flags));
	assertUnused(state, findVolume(state, volume));
	await confirmByName({
		name: volume,
		consequence: `Delete volume ${volume} of ${state.environment}, with its data.`,
		isConfirmed: flags.yes === true,
		refusal: 'Volume delete requires confirmation.',
		hint: again('--yes'),
		cancelled: 'Nothing was deleted.',
	});
	await workOn(flags, 'volume delete', work => deleteVolume(work, volume));
	if (isJson(flags)) process.stdout.write(jsonDocument({volume, deleted: true}));
	else print(`Deleted ${volume}.`);
}
