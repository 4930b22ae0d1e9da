import {dirname} from 'node:path';
import {counted} from '../counted.ts';
import type {Observed} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {labels} from '../model/labels.ts';
import {parseNetworkName} from '../model/names.ts';
import {genuine} from '../model/own.ts';
import {shellWord} from '../shell-word.ts';
import {parseState} from '../state/document.ts';
import {readPrivateFile} from '../state/private-file.ts';
import type {State} from '../state/state.ts';
import {statePath} from '../state/state-file.ts';
import {readPin} from '../state/trust-key.ts';

type Identity = Pick<State, 'project' | 'environment' | 'lineage'>;

const count = (number: number, noun: string): string[] => (number === 0 ? [] : [counted(number, noun)]);

/** Objects that carry this environment's labels but another lineage. */
export function strangersOf(observed: Observed, {project, environment, lineage}: Identity): Observed {
	type Item = {readonly labels: Readonly<Record<string, string>>};
	const isStrange = ({labels: own}: Item) =>
		own[labels.project] === project && own[labels.environment] === environment && own[labels.lineage] !== lineage;
	const {containers, networks, volumes} = genuine(observed);
	return {
		containers: containers.filter(isStrange),
		networks: networks.filter(isStrange),
		volumes: volumes.filter(isStrange),
	};
}

/** The project's folder with the state of these objects, as far as this machine knows. */
export function findFolder({containers, networks, volumes}: Observed): string | undefined {
	const lineages = new Set([...containers, ...networks, ...volumes].map(({labels: own}) => own[labels.lineage] ?? ''));
	for (const lineage of lineages) {
		const directory = readPin(lineage)?.directory;
		const content = directory === undefined ? undefined : readPrivateFile(statePath(directory));
		const parsed = content && parseState(content);
		if (parsed && 'state' in parsed && parsed.state.lineage === lineage) return dirname(dirname(directory!));
	}
	return undefined;
}

/** Shell commands that remove the objects, with what to know before. Nothing else unblocks a deploy without a state. */
function waysOut(
	{containers, networks, volumes}: Observed,
	{project, environment}: Identity,
	router: string,
): string[] {
	// By name, because containers that a user ran from one of the images carry the same labels.
	const names = (items: readonly {readonly name: string}[]) => items.map(({name}) => name).join(' ');
	const commands = [
		...(containers.length > 0 ? [`docker rm --force ${names(containers)}`] : []),
		// The engine does not remove a network that the router is still connected to.
		...networks
			.filter(({name}) => parseNetworkName(project, environment, name)?.isMesh === false)
			.map(({name}) => `docker network disconnect --force ${name} ${router}`),
		...(networks.length > 0 ? [`docker network rm ${names(networks)}`] : []),
	];
	return [
		...(commands.length > 0 ? [`To start over, keeping volumes: ${commands.join('; ')}`] : []),
		...(volumes.length > 0
			? [`An apply also needs the volumes gone. This deletes their data: docker volume rm ${names(volumes)}`]
			: []),
	];
}

/**
 * The error for an environment with objects that the state in this folder did not create; undefined when there are none.
 * @param hasState whether the folder has a state at all
 * @param router name of the router's container
 */
export function lostState(
	strangers: Observed,
	identity: Identity,
	{hasState, router}: {readonly hasState: boolean; readonly router: string},
): UserError | undefined {
	const {project, environment} = identity;
	const {containers, networks, volumes} = strangers;
	const [first] = [...containers, ...networks, ...volumes];
	if (!first) return undefined;
	const what = [
		...count(containers.length, 'container'),
		...count(networks.length, 'network'),
		...count(volumes.length, 'volume'),
	].join(', ');
	const whose = hasState ? 'belong to another state than the one in this folder' : 'have no state in this folder';
	const folder = findFolder(strangers);
	return new UserError(
		`${what} of project ${project}, environment ${environment}, ${whose} (for example ${first.name})`,
		{
			hint: folder
				? `Their state is in another folder. Work there: cd ${shellWord(folder)}`
				: hint`Make their state again from what the engine has: ${command('state rebuild')}\n${[
						'Or restore the .compartment folder that created them, or rename this project.',
						...waysOut(strangers, identity, router),
					].join('\n')}`,
		},
	);
}
