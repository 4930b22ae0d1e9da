import type {Project} from '../descriptor/project.ts';
import type {Observed, ReadonlyEngine} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {command} from '../hint.ts';
import {nameIn, resourceAddress, serviceAddress} from '../model/address.ts';
import {isKeptUp} from '../model/container-state.ts';
import type {KnownVariable} from '../model/desired.ts';
import {labels} from '../model/labels.ts';
import type {Desired} from '../model/specs.ts';
import {scopeAddress} from '../model/values.ts';
import {composeLabel} from '../plan/adopt.ts';
import {type AdoptedContainer, externalVolumes, takenValues} from '../plan/adoption.ts';
import type {PlanInput} from '../plan/input.ts';
import {decryptValue, identityFor} from '../state/secrets.ts';
import type {State} from '../state/state.ts';
import type {AdoptRequest, PlanRequest} from './plan-request.ts';

/** What an environment gets from adopted containers, as `describeDesired` takes it. */
export type Taken = {
	readonly values: readonly KnownVariable[];
	readonly volumes: ReturnType<typeof externalVolumes>;
};

/** The desired environment with the volumes and variables of adopted containers. */
export function withTaken(
	describe: (taken?: Taken) => Desired,
	adopted: readonly AdoptedContainer[],
	state: State,
): Desired {
	const desired = describe();
	if (adopted.length === 0) return desired;
	const values = takenValues(adopted, desired, state).map(
		({scope, key}) => ({scope, key, revision: null, isSensitive: true}) as const,
	);
	return describe({values, volumes: externalVolumes(adopted, desired, state)});
}

/** A container that was asked for, with the name of what it becomes. */
type Wanted = {readonly id: string; readonly container: string; readonly becomes: string};

async function ofCompose(engine: ReadonlyEngine, project: string): Promise<Wanted[]> {
	const {containers} = await engine.observe({[composeLabel]: project});
	// `docker compose run` leaves those.
	const lasting = containers.filter(({labels: own}) => own['com.docker.compose.oneoff'] !== 'True');
	if (lasting.length === 0)
		throw new UserError(`No container of the Compose project ${project} was found.`, {
			hint: 'docker ps shows what runs. Compose names a project after its folder, unless its file has a name',
		});
	return lasting.map(({id, name, labels: own}) => ({
		id,
		container: name,
		becomes: own['com.docker.compose.service'] ?? name,
	}));
}

async function named(engine: ReadonlyEngine, words: readonly string[]): Promise<Wanted[]> {
	return Promise.all(
		words.map(async word => {
			const [container = '', name] = word.split('=', 2);
			const found = await engine.findByName('container', container);
			if (!found) throw new UserError(`No container is called ${container}.`, {hint: 'docker ps -a shows all names'});
			return {id: found.id, container, becomes: name ?? found.labels['com.docker.compose.service'] ?? container};
		}),
	);
}

/** The address of each name. @throws UserError that lists every container without one */
function addressesOf({services, resources}: Project, wanted: readonly Wanted[]): ReadonlyMap<string, string> {
	const known = new Map([
		...services.map(({name}) => [name, serviceAddress(name)] as const),
		...resources.map(({name}) => [name, resourceAddress(name)] as const),
	]);
	const lost = wanted.filter(({becomes}) => !known.has(becomes));
	if (lost.length === 0) return known;
	const names = lost.map(({container, becomes}) => (container === becomes ? container : `${container} (${becomes})`));
	throw new UserError(`compartment.yml declares nothing for ${names.join(', ')}`, {
		hint: `Declare it, or say what it becomes: ${lost[0]!.container}=NAME, with one of ${[...known.keys()].join(', ')}`,
	});
}

/** The variables of a container whose values equal the stored sensitive ones of the service or resource that it becomes. */
async function findEqualSecrets(
	state: State,
	address: string,
	env: Readonly<Record<string, string>>,
): Promise<ReadonlySet<string>> {
	const stored = state.variables.filter(({scope, key}) => scopeAddress(scope) === address && Object.hasOwn(env, key));
	const equal = await Promise.all(
		stored.map(async variable => {
			if (!variable.isSensitive) return [];
			const {scope, key, ciphertext} = variable;
			const value = await decryptValue(ciphertext, {lineage: state.lineage, scope, key}, await identityFor(state));
			return value === env[key] ? [key] : [];
		}),
	);
	return new Set(equal.flat());
}

/**
 * Finds the containers to take over, with the service or resource that each becomes.
 * @throws UserError for a container that is not there, is Compartment's, or has no place in compartment.yml
 */
export async function findAdopted(
	engine: ReadonlyEngine,
	{project, state}: {readonly project: Project; readonly state: State},
	{compose, containers}: AdoptRequest,
): Promise<AdoptedContainer[]> {
	const all = [
		...(compose === undefined ? [] : await ofCompose(engine, compose)),
		...(await named(engine, containers)),
	];
	// Those that were adopted as they are.
	const own = new Set(
		Object.values(state.resources).flatMap(({isAdopted, containerId}) => (isAdopted ? [containerId] : [])),
	);
	const wanted = [...new Map(all.map(each => [each.id, each])).values()].filter(({id}) => !own.has(id));
	const addresses = addressesOf(project, wanted);
	const adopted = await Promise.all(
		wanted.map(async ({id, container, becomes}): Promise<AdoptedContainer> => {
			const [details, configuration] = await Promise.all([engine.inspectContainer(id), engine.readConfiguration(id)]);
			if (!details || !configuration) throw new UserError(`Container ${container} was just removed.`);
			const isOurs = [labels.lineage, labels.router, labels.agent].some(key => configuration.labels[key]);
			if (isOurs)
				throw new UserError(`Container ${container} was made by Compartment already.`, {hint: command('status')});
			const address = addresses.get(becomes)!;
			const equalSecrets = await findEqualSecrets(state, address, configuration.env);
			return {address, isRunning: isKeptUp(details), configuration, equalSecrets};
		}),
	);
	for (const {name} of project.resources) {
		const same = adopted.filter(({address}) => address === resourceAddress(name));
		if (same.length > 1)
			throw new UserError(
				`${same.map(({configuration}) => configuration.name).join(' and ')} cannot both become resource ${name}.`,
				{hint: 'Name the one that has the data'},
			);
	}
	return adopted;
}

/** The services that a plan deploys. Of containers that are named, only those become services now; the others come later. */
export const chosenServices = (
	{adopt, services}: Pick<PlanRequest, 'adopt' | 'services'>,
	adopted: readonly AdoptedContainer[],
): readonly string[] | null =>
	adopt && adopt.compose === undefined
		? adopted.flatMap(({address}) => (address === serviceAddress(nameIn(address)) ? [nameIn(address)] : []))
		: services;

/** The networks in which resources are guests, and in which nothing runs that is not ours. */
export async function findDeserted(
	engine: ReadonlyEngine,
	{resources}: Pick<State, 'resources'>,
	{containers}: Observed,
): Promise<readonly string[]> {
	const own = new Set(containers.map(({id}) => id));
	const networks = new Set(Object.values(resources).flatMap(({guests = []}) => guests.map(({network}) => network)));
	const found = await Promise.all(
		[...networks].map(async network => {
			const users = await engine.findNetworkUsers(network);
			return users.every(({id}) => own.has(id)) ? [network] : [];
		}),
	);
	return found.flat();
}

/** The running containers that are not ours, on the external volumes of an environment. */
export async function findVolumeUsers(
	engine: ReadonlyEngine,
	{volumes}: Desired,
	{containers}: Observed,
): Promise<PlanInput['volumeUsers']> {
	const own = new Set(containers.map(({id}) => id));
	const external = volumes.filter(({isExternal}) => isExternal);
	const users = await Promise.all(
		external.map(
			async ({name}) => [name, (await engine.findVolumeUsers(name)).filter(({id}) => !own.has(id))] as const,
		),
	);
	return Object.fromEntries(users);
}
