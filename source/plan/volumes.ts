import {command, type Hint, hint} from '../hint.ts';
import {nameIn, serviceAddress, volumeAddress} from '../model/address.ts';
import {isRouted} from '../model/kinds.ts';
import type {DesiredResource, DesiredService, DesiredVolume} from '../model/specs.ts';
import {volumesIn, volumesOf} from '../model/volumes.ts';
import type {VolumeRecord} from '../state/state.ts';
import {action, blocked, blockedByForeign, unchangedAction} from './actions.ts';
import {adoptVolume} from './adopt.ts';
import {compareAttributes, reasonsOf, volumeAttributes} from './attributes.ts';
import {isSelected, type PlanInput} from './input.ts';
import type {Action, Drift, PlannedDeployment} from './plan.ts';

const isThere = ({observed}: Pick<PlanInput, 'observed'>, {name}: Pick<DesiredVolume, 'name'>): boolean =>
	observed.volumes.some(volume => volume.name === name);

const lost = 'volume was removed outside Compartment, its data is gone';

/** Recorded volumes that no longer exist. */
export const volumeDrift = (input: PlanInput): Drift[] =>
	input.desired.volumes
		.filter(volume => input.state.volumes[volume.address] !== undefined && !isThere(input, volume))
		.map(({address}) => ({address, message: lost}));

type Owner = DesiredResource | DesiredService;

const isResource = ({address}: Owner): boolean => address.startsWith('resource.');

/** How to go on without a volume that is no longer declared. */
const waysOut = (owner: Owner, handle: string, {mountPath}: VolumeRecord): Hint =>
	isResource(owner)
		? hint`put ${handle}: ${mountPath} back, or ${command('resource delete', '--resource', owner.name, '--delete-data')}`
		: hint`put ${handle}: ${mountPath} back, or go on without it and keep its data: ${command('volume release', `${owner.name}.${handle}`)}`;

function blockedVolumes(input: PlanInput, owner: Owner): Action[] {
	const prefix = volumeAddress(owner.name, '');
	const declared = new Map(volumesIn(input.desired, owner.name).map(({address, mountPath}) => [address, mountPath]));
	return Object.entries(input.state.volumes).flatMap(([address, record]): Action[] => {
		if (!address.startsWith(prefix) || record.isReleased) return [];
		const handle = address.slice(prefix.length);
		const mountPath = declared.get(address);
		if (mountPath === record.mountPath) return [];
		const what = mountPath === undefined ? `cannot be removed` : `mount path cannot be changed`;
		const wayOut =
			mountPath === undefined
				? waysOut(owner, handle, record)
				: `put ${handle}: ${record.mountPath} back and declare a new volume handle for ${mountPath}`;
		const kind = isResource(owner) ? 'Resource' : 'Service';
		return [blocked(address, 'volume', `${kind} volume ${handle} ${what} during deploy.`, wayOut)];
	});
}

/** An external volume that is gone is not made again: an empty one in its place would look as if nothing had happened. */
function blockedLoss({address, owner, handle, name}: DesiredVolume): Action {
	const reason = `External volume ${name} no longer exists, and its data is gone.`;
	const wayOut = hint`docker volume create ${name} makes an empty one. Or go on with another volume: declare a new handle instead of ${handle} of ${owner}`;
	return blocked(address, 'volume', reason, wayOut);
}

function planVolume(input: PlanInput, volume: DesiredVolume): Action {
	const {address} = volume;
	const record = input.state.volumes[address];
	const exists = isThere(input, volume);
	const foreign = input.foreign[address];
	if (foreign) return blockedByForeign({address, object: 'volume'}, 'volume', foreign);
	const adopted = adoptVolume(input, volume);
	if (adopted) return adopted;
	if (volume.isExternal && !exists) return blockedLoss(volume);
	if (exists && record && !record.isReleased) {
		const {changes} = compareAttributes(volumeAttributes(record), volumeAttributes(volume));
		if (changes.length === 0) return unchangedAction(address, 'volume', 1);
		return action({address, object: 'volume', kind: 'update', reasons: reasonsOf(changes), changes});
	}
	const first = exists ? 'reuses the existing volume and its data' : 'first deployment';
	return action({address, object: 'volume', kind: 'create', reasons: [record && !exists ? lost : first]});
}

/** Volumes to create, keep or refuse, for one resource or service. */
export function planVolumes(input: PlanInput, owner: Owner): Action[] {
	if (!isResource(owner) && !isSelected(input, owner.name))
		return volumesIn(input.desired, owner.name).map(({address}) => unchangedAction(address, 'volume'));
	const refused = blockedVolumes(input, owner);
	const refusedAddresses = new Set(refused.map(({address}) => address));
	const wanted = volumesIn(input.desired, owner.name).filter(({address}) => !refusedAddresses.has(address));
	return [...refused, ...wanted.map(volume => planVolume(input, volume))];
}

/** Blocks a plan for each volume whose service is no longer declared (docs/rules.md, "No data lost by an edit"). */
export function undeclaredVolumes(input: PlanInput): Action[] {
	if (input.services !== null) return [];
	const declared = new Set(input.desired.services.map(({name}) => name));
	return Object.entries(input.state.volumes).flatMap(([address, record]) => {
		const name = nameIn(address);
		const [service = ''] = name.split('.');
		// The volume of a resource that was deleted has no service, and is kept.
		if (record.isReleased || declared.has(service) || input.state.active[service] === undefined) return [];
		const wayOut = hint`put ${service} back, or remove it and keep the data of the volume: ${command('volume release', name)}`;
		return [blocked(address, 'volume', `Service ${service} has a volume and cannot be removed during deploy.`, wayOut)];
	});
}

/** Says which services stop serving while they are replaced, because their data is for one container at a time. */
export const exclusiveWarnings = (actions: readonly Action[], deployments: readonly PlannedDeployment[]): string[] =>
	actions.flatMap(({address, object, kind}) => {
		const planned = deployments.find(({service}) => object === 'service' && address === serviceAddress(service));
		if (kind !== 'replace' || !planned || !isRouted(planned.kind)) return [];
		const [exclusive] = Object.entries(planned.spec.volumes ?? {}).filter(([, volume]) => volume.exclusive);
		if (!exclusive) return [];
		return `Service ${planned.service} has the exclusive volume ${exclusive[0]}: its requests fail until the new deployment is ready.`;
	});

/**
 * Blocks deployments whose volume neither exists nor is created by the plan, as after a rollback to one from before it was
 * deleted. The engine would make an empty one that nobody owns.
 */
export function missingVolumes(
	input: PlanInput,
	{actions, deployments}: {readonly actions: readonly Action[]; readonly deployments: readonly PlannedDeployment[]},
): Action[] {
	const created = new Set(actions.filter(({object}) => object === 'volume').map(({address}) => address));
	return deployments.flatMap(({service, spec}): Action[] => {
		const missing = volumesOf(input.state, {name: service, spec}).find(
			volume => !created.has(volume.address) && !isThere(input, volume),
		);
		if (!missing) return [];
		const reason = `Service ${service} needs volume ${missing.handle}, which no longer exists.`;
		const wayOut = hint`declare it in compartment.yml; then ${command('apply')} creates an empty one`;
		return [blocked(missing.address, 'volume', reason, wayOut)];
	});
}
