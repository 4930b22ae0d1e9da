import {findLogSources, type LogSource} from '../report/log-sources.ts';
import type {EnvironmentView} from '../ui/dashboard/data.ts';
import {attendanceOf, type Workspace} from '../workspace/workspace.ts';
import type {AgentReports} from './follow-agents.ts';
import type {Pending} from './pending.ts';
import {type EngineAnswers, type Files, type readDrift, viewEnvironments} from './world.ts';

/** What the dashboard has read so far. Undefined parts are not read yet. */
export type Knowledge = {
	files?: Files;
	answers?: EngineAnswers;
	agents?: AgentReports;
	/** By environment. */
	readonly drift: Map<string, Awaited<ReturnType<typeof readDrift>>>;
	/** By environment. */
	readonly pending: Map<string, Pending>;
};

/** The files of an environment. */
export const entryOf = (
	{files}: Knowledge,
	environment: string | undefined,
): Files['environments'][number] | undefined => files?.environments.find(({name}) => name === environment);

/** The containers of an environment whose logs can be read. */
export function sourcesIn(known: Knowledge, environment: string | undefined): readonly LogSource[] {
	const state = entryOf(known, environment)?.state;
	const answer = environment === undefined ? undefined : known.answers?.get(environment);
	return state && answer ? findLogSources(state, answer.observed) : [];
}

/** The workspace of an environment; undefined while compartment.yml cannot be read. */
export function workspaceOf(known: Knowledge, environment: string): Workspace | undefined {
	const entry = entryOf(known, environment);
	const project = known.files?.project;
	if (!entry || !project) return undefined;
	const isAttended = attendanceOf(project);
	return {...entry.connection, project, environment, directory: entry.directory, warnings: [], isAttended};
}

/** All environments of the dashboard, as far as their engines have answered. */
export const viewsOf = ({files, answers, agents, drift, pending}: Knowledge): readonly EnvironmentView[] =>
	files ? viewEnvironments(files, {engines: answers ?? new Map(), agents, drift, pending}) : [];
