import type {AnyRestart, Attachment, ContainerConfiguration} from '../engine/engine.ts';
import {resourceAddress, serviceAddress} from '../model/address.ts';
import {parseNetworkName} from '../model/names.ts';
import type {Desired, DesiredVolume} from '../model/specs.ts';
import type {EnvValue, VariableScope} from '../model/values.ts';
import {volumesIn} from '../model/volumes.ts';
import type {State} from '../state/state.ts';

/** A container that Compartment did not make, with the service or resource that it becomes. */
export type AdoptedContainer = {
	/** `service.web`, `resource.db` */
	readonly address: string;
	readonly isRunning: boolean;
	/** With the values of its variables: never part of a plan. */
	readonly configuration: ContainerConfiguration;
	/** The names of its variables whose values equal the stored sensitive ones. */
	readonly equalSecrets: ReadonlySet<string>;
};

/** What an apply changes of a container that it takes over, and what it needs to give it back. */
export type Takeover = {
	readonly address: string;
	readonly id: string;
	readonly name: string;
	readonly isRunning: boolean;
	readonly restart: AnyRestart;
	/** It goes on as it is, under our name. */
	readonly isKept: boolean;
	/** Networks in which others call it by name. */
	readonly attachments: readonly Attachment[];
};

/** A variable whose value is read from a container when the plan is applied, and stored encrypted. */
export type TakenValue = {readonly scope: VariableScope; readonly key: string; readonly container: string};

export type Adoption = {readonly containers: readonly Takeover[]; readonly values: readonly TakenValue[]};

type Target = Desired['resources'][number] | Desired['services'][number];

/** The service or resource at an address. */
const targetAt = ({resources, services}: Desired, address: string): Target | undefined =>
	[...resources, ...services].find(target => target.address === address);

/** Whether Compartment runs the service or resource already, so that only the adopted container is left to stop. */
export const isTakenOver = ({resources, active}: Pick<State, 'resources' | 'active'>, address: string): boolean =>
	Object.keys(resources).some(name => resourceAddress(name) === address) ||
	Object.keys(active).some(name => serviceAddress(name) === address);

/** The volume that a container mounts where compartment.yml declares one. */
export const mountOf = ({configuration}: AdoptedContainer, {mountPath}: DesiredVolume) =>
	configuration.mounts.find(({path}) => path === mountPath);

type Names = Readonly<Record<string, {readonly name: string; readonly isExternal: true}>>;

/** The volumes that adopted containers have mounted where compartment.yml declares one, by address. */
export function externalVolumes(
	adopted: readonly AdoptedContainer[],
	desired: Desired,
	{volumes}: Pick<State, 'volumes'>,
): Names {
	const named = adopted.flatMap(container => {
		const target = targetAt(desired, container.address);
		return volumesIn(desired, target?.name ?? '').flatMap(volume => {
			const mount = mountOf(container, volume);
			if (mount?.type !== 'volume' || Object.hasOwn(volumes, volume.address)) return [];
			return [[volume.address, {name: mount.source, isExternal: true}] as const];
		});
	});
	return Object.fromEntries(named);
}

/** Those that Compartment sets itself: a value of the adopted container would contradict it. */
const isOwnVariable = (key: string): boolean => key === 'PORT' || key.startsWith('COMPARTMENT_');

const isMissing = (value: EnvValue | undefined): boolean =>
	value === undefined || (value.type === 'secret' && value.revision === null);

/**
 * The variables that adopted containers have, and that neither compartment.yml nor the state gives a value: above all the
 * generated passwords that their data was initialised with.
 */
export function takenValues(
	adopted: readonly AdoptedContainer[],
	desired: Desired,
	state: Pick<State, 'resources' | 'active'>,
): TakenValue[] {
	const taken = new Map<string, TakenValue>();
	for (const {address, configuration} of adopted) {
		const target = targetAt(desired, address);
		if (!target || isTakenOver(state, address)) continue;
		const type = target.address === resourceAddress(target.name) ? 'resource' : 'service';
		const scope: VariableScope = {type, name: target.name};
		for (const key of Object.keys(configuration.env)) {
			const own = Object.hasOwn(target.spec.env, key) ? target.spec.env[key] : undefined;
			if (isOwnVariable(key) || !/^[A-Za-z_]\w*$/.test(key) || !isMissing(own)) continue;
			taken.set(`${address}.${key}`, taken.get(`${address}.${key}`) ?? {scope, key, container: configuration.id});
		}
	}
	return [...taken.values()];
}

// The engine resolves names only in networks that somebody made.
const isNamed = ({network}: Attachment): boolean => !['bridge', 'host', 'none'].includes(network);

/** What the steps of an apply need to know of a container. One that was adopted before is in networks of ours already. */
export const takeoverOf = (
	{project, environment}: Pick<Desired, 'project' | 'environment'>,
	{address, isRunning, configuration}: AdoptedContainer,
	isKept: boolean,
): Takeover => {
	const {id, name, restart, attachments} = configuration;
	return {
		address,
		id,
		name,
		isRunning,
		isKept,
		restart,
		attachments: attachments
			.filter(each => isNamed(each) && parseNetworkName(project, environment, each.network) === undefined)
			.map(({network, aliases = []}) => ({network, aliases: [...new Set([...aliases, name])]})),
	};
};
