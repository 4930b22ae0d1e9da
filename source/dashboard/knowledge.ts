import {findLogSources, type LogSource} from '../report/log-sources.ts';
import type {EnvironmentView} from '../ui/dashboard/data.ts';
import {attendanceOf, type EngineConnection, type Workspace} from '../workspace/workspace.ts';
import type {AgentReports} from './follow-agents.ts';
import {type EngineAnswer, type Files, type readDrift, viewEnvironments} from './world.ts';

/** What the dashboard has read so far. Undefined parts are not read yet. */
export type Knowledge = {
	files?: Files;
	answers?: EngineAnswer;
	agents?: AgentReports;
	/** By environment. */
	readonly drift: Map<string, Awaited<ReturnType<typeof readDrift>>>;
};

const nothing = {
	observed: {containers: [], networks: [], volumes: []},
	routerState: 'missing',
	vitals: new Map(),
} as const;

/** The files of an environment. */
export const entryOf = (
	{files}: Knowledge,
	environment: string | undefined,
): Files['environments'][number] | undefined => files?.environments.find(({name}) => name === environment);

/** The containers of an environment whose logs can be read. */
export function sourcesIn(known: Knowledge, environment: string | undefined): readonly LogSource[] {
	const state = entryOf(known, environment)?.state;
	return state && known.answers ? findLogSources(state, known.answers.observed) : [];
}

/** The workspace of an environment; undefined while compartment.yml cannot be read. */
export function workspaceOf(
	known: Knowledge,
	connection: EngineConnection,
	environment: string,
): Workspace | undefined {
	const entry = entryOf(known, environment);
	const project = known.files?.project;
	if (!entry || !project) return undefined;
	const isAttended = attendanceOf(project);
	return {...connection, project, environment, directory: entry.directory, warnings: [], isAttended};
}

/** All environments of the dashboard. Until the engine answers, nothing is shown as running. */
export const viewsOf = (
	{files, answers, agents, drift}: Knowledge,
	connection: EngineConnection,
): readonly EnvironmentView[] =>
	files ? viewEnvironments(connection, files, {...(answers ?? nothing), agents, drift}) : [];
