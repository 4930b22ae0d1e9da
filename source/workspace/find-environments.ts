import type {Project} from '../descriptor/project.ts';
import {observeEverything} from '../engine/own-engine.ts';
import {messageOf, UserError} from '../errors.ts';
import {labels} from '../model/labels.ts';
import {stateDirectory} from '../state/directory.ts';
import {recordedEnvironments} from '../state/engine-record.ts';
import {listEnvironments} from '../state/environments.ts';
import {isOnEngine} from '../state/place.ts';
import {hasState} from '../state/state-file.ts';
import {chooseEngine, type EngineChoice} from './choose-engine.ts';
import {findCopy} from './state-place.ts';
import {connectTo, type EngineConnection} from './workspace.ts';

type ProjectPlace = Pick<Project, 'name' | 'directory'>;

/** An engine, and environments that are known to run there. */
type Searched = {readonly connection: EngineConnection; readonly names: readonly string[]; readonly isChosen: boolean};

/** Environments of a project that have objects on an engine. */
async function labelledOn({engine}: EngineConnection, {name}: ProjectPlace): Promise<readonly string[]> {
	const {containers, networks, volumes} = await observeEverything(engine);
	const own = [...containers, ...networks, ...volumes].filter(({labels: each}) => each[labels.project] === name);
	return own.flatMap(({labels: each}) => each[labels.environment] ?? []);
}

/** The engines to ask: those of environments without a local state, and, unless the folder has local ones, the docker client's. */
async function enginesOf({name: project, directory}: ProjectPlace): Promise<readonly Searched[]> {
	const entries = await listEnvironments(directory);
	const isLocal = (environment: string) => {
		const folder = stateDirectory(directory, environment);
		return hasState(folder) && !isOnEngine(folder);
	};
	const shared = [...recordedEnvironments(project), ...entries.map(({environment}) => environment)].filter(
		name => !isLocal(name),
	);
	const byChoice = new Map<string, {choice: EngineChoice; names: Set<string>; isChosen: boolean}>();
	const note = (choice: EngineChoice, environment?: string) => {
		const key = JSON.stringify(choice);
		const found = byChoice.get(key) ?? {choice, names: new Set<string>(), isChosen: false};
		byChoice.set(key, found);
		if (environment !== undefined) found.names.add(environment);
		found.isChosen ||= environment !== undefined;
	};
	for (const environment of shared) note(await chooseEngine(environment), environment);
	note(await chooseEngine(undefined));
	const searched = await Promise.all(
		[...byChoice.values()].map(async ({choice, names, isChosen}) => ({
			connection: await connectTo(choice),
			names: [...names],
			isChosen,
		})),
	);
	return searched.filter(({connection, isChosen}) => {
		return isChosen || entries.length === 0 || !connection.engine.isLocal;
	});
}

/**
 * Brings the copies of a project's states on engines up to date, and looks there for states that have none in the folder, as
 * after a clone.
 * @returns why an engine could not be asked, for the user
 */
export async function findEnvironments(project: ProjectPlace): Promise<readonly string[]> {
	const ask = async ({connection, names, isChosen}: Searched): Promise<readonly string[]> => {
		try {
			const all = new Set([...names, ...(await labelledOn(connection, project))]);
			const found = [...all].map(environment =>
				findCopy({project, environment, directory: stateDirectory(project.directory, environment), ...connection}),
			);
			const failed = (await Promise.allSettled(found)).flatMap(result =>
				result.status === 'rejected' ? [result.reason as unknown] : [],
			);
			for (const error of failed) if (!(error instanceof UserError)) throw error;
			return failed.map(messageOf);
		} catch (error) {
			if (!(error instanceof UserError)) throw error;
			// Without an environment, an engine that does not run is no problem.
			return isChosen ? [messageOf(error)] : [];
		}
	};
	return (await Promise.all((await enginesOf(project)).map(ask))).flat();
}
