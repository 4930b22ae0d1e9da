import {command} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {renderTable} from '../../output/table.ts';
import {createTerminal} from '../../output/terminal.ts';
import {readSettings} from '../../settings/settings.ts';
import {type EngineRecord, listEngineRecords} from '../../state/engine-record.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';

/** The environments that were created on a machine, as `project/environment`. */
export const environmentsOn = (name: string, records: readonly EngineRecord[]): readonly string[] =>
	records.flatMap(({machine, project, environment}) => (machine === name ? [`${project}/${environment}`] : []));

/** `compartment machine list`: lists the machines of the settings, without connecting to them. */
export async function machineList(flags: CommonFlags): Promise<void> {
	const {print, paint} = createTerminal(flags);
	const {machines} = await readSettings();
	const records = listEngineRecords();
	const rows = Object.entries(machines).map(([name, machine]) => ({
		name,
		...machine,
		environments: environmentsOn(name, records),
	}));
	if (isJson(flags)) {
		process.stdout.write(jsonDocument({machines: rows}));
		return;
	}
	if (rows.length === 0)
		return print(
			`No machines yet. Add one: ${paint.accent(hintText(command('machine add', 'web1', 'ssh://USER@HOST')))}`,
		);
	type Row = (typeof rows)[number];
	const columns = [
		{title: 'MACHINE', value: ({name}: Row) => name},
		{title: 'ADDRESS', value: ({address}: Row) => sanitiseLine(address)},
		{title: 'ENVIRONMENTS', value: ({environments}: Row) => sanitiseLine(environments.join(', ')) || '-'},
	];
	print(renderTable(columns, rows, {titleStyle: paint.dim}));
}
