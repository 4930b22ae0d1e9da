import {loadProject} from '../../descriptor/load.ts';
import {command} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {renderTable} from '../../output/table.ts';
import {createTerminal, warn} from '../../output/terminal.ts';
import {type EngineRecord, readEngineRecord, recordedEnvironments} from '../../state/engine-record.ts';
import {type EnvironmentEntry, listEnvironments} from '../../state/environments.ts';
import {readState} from '../../state/store.ts';
import {findEnvironments} from '../../workspace/find-environments.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';

type Row = {
	readonly name: string;
	readonly services: number;
	readonly resources: number;
	readonly updatedAt: string | null;
	/** When an agent destroys it; null: never. */
	readonly expiresAt: string | null;
	readonly problem: string | null;
	/** The machine or the address of its engine; null: that of the docker client. */
	readonly engine: string | null;
	/** Where users reach it; null: at the hosts of its services. */
	readonly publicUrl: string | null;
};

/** An environment that runs somewhere, as far as the user's records say. */
const missing = (environment: string): EnvironmentEntry => ({
	environment,
	directory: '',
	problem: 'its state is not in this folder',
});

const engineName = (record: EngineRecord | undefined): string | null =>
	record?.machine ?? record?.engine.address ?? null;

const expiryText = ({expiresAt}: Row): string => {
	if (expiresAt === null) return 'never';
	return Date.parse(expiresAt) <= Date.now() ? `${expiresAt} (over)` : expiresAt;
};

/** `compartment environment list`: lists the environments that have a state here, or on an engine of the project. */
export async function environmentList(flags: CommonFlags): Promise<void> {
	const terminal = createTerminal(flags);
	const {print, paint} = terminal;
	const project = await loadProject(process.cwd());
	warn(terminal, await findEnvironments(project));
	const rows: Row[] = [];
	const entries = await listEnvironments(project.directory);
	const known = new Set(entries.map(({environment}) => environment));
	const others = recordedEnvironments(project.name).filter(environment => !known.has(environment));
	for (const {environment, directory, problem} of [...entries, ...others.map(missing)]) {
		const state = problem === undefined ? await readState(directory) : undefined;
		rows.push({
			name: environment,
			services: Object.keys(state?.active ?? {}).length,
			resources: Object.keys(state?.resources ?? {}).length,
			updatedAt: state?.updatedAt ?? null,
			expiresAt: state?.lifetime?.expiresAt ?? null,
			problem: problem ?? null,
			engine: engineName(readEngineRecord({project: project.name, environment})),
			publicUrl: state?.publicUrl ?? null,
		});
	}
	if (isJson(flags)) {
		process.stdout.write(jsonDocument({project: {name: project.name}, environments: rows}));
		return;
	}
	if (rows.length === 0)
		return print(`No environments yet. Create the first one with ${paint.accent(hintText(command('apply')))}.`);
	const columns = [
		{title: 'ENVIRONMENT', value: (row: Row) => sanitiseLine(row.name)},
		{title: 'SERVICES', value: (row: Row) => String(row.services), align: 'right' as const},
		{title: 'RESOURCES', value: (row: Row) => String(row.resources), align: 'right' as const},
		{
			title: 'UPDATED',
			value: (row: Row) => (row.problem === null ? (row.updatedAt ?? '-') : sanitiseLine(row.problem)),
		},
		...(rows.some(({engine}) => engine !== null)
			? [{title: 'ENGINE', value: ({engine}: Row) => sanitiseLine(engine ?? '-')}]
			: []),
		...(rows.some(({publicUrl}) => publicUrl !== null)
			? [{title: 'URL', value: ({publicUrl}: Row) => sanitiseLine(publicUrl ?? '-')}]
			: []),
		...(rows.some(({expiresAt}) => expiresAt !== null)
			? [{title: 'EXPIRES', value: (row: Row) => sanitiseLine(expiryText(row))}]
			: []),
	];
	print(renderTable(columns, rows, {titleStyle: paint.dim}));
}
