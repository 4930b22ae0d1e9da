import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {type Column, renderTable} from '../../output/table.ts';
import {createTerminal} from '../../output/terminal.ts';
import {placeOf} from '../../report/resources.ts';
import {reportVolumes, type VolumeSummary} from '../../report/volumes.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {openWorkspace, readExistingState} from '../../workspace/workspace.ts';

const useOf = ({usedBy, isReleased}: VolumeSummary): string => usedBy ?? (isReleased ? 'nothing, released' : 'nothing');

const columns: readonly Column<VolumeSummary>[] = [
	{title: 'VOLUME', value: ({name}) => name},
	{title: 'PATH', value: ({mountPath}) => sanitiseLine(mountPath)},
	{title: 'USED BY', value: useOf},
	{
		title: 'ON THE ENGINE',
		value: ({engineName, isExternal}) => (isExternal ? `${engineName} (external)` : engineName),
	},
];

/** `compartment volume list`: the volumes of an environment, and what uses each. */
export async function volumeList(flags: CommonFlags): Promise<void> {
	const {print, paint, isSeen} = createTerminal(flags);
	const state = await readExistingState(await openWorkspace(flags));
	const volumes = reportVolumes(state);
	if (isJson(flags)) process.stdout.write(jsonDocument({...placeOf(state), volumes}));
	else if (volumes.length === 0) print(`No volumes found for ${state.project}/${sanitiseLine(state.environment)}.`);
	else if (isSeen) print(renderTable(columns, volumes, {titleStyle: paint.dim}));
	else print(volumes.map(row => columns.map(({value}) => value(row)).join('\t')).join('\n'));
}
