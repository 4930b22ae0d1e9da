import {ensureImage} from '../../apply/images.ts';
import type {Labels} from '../../engine/engine.ts';
import {observeOwn} from '../../engine/own-engine.ts';
import {untilAnswered} from '../../engine/until-answered.ts';
import {EngineError, messageOf, UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {operationAddress, volumeAddress} from '../../model/address.ts';
import {isVolumeOfService} from '../../model/backed-up.ts';
import {labelsOf} from '../../model/labels.ts';
import type {DesiredResource} from '../../model/specs.ts';
import {volumesOf} from '../../model/volumes.ts';
import {imageOf} from '../../router/options.ts';
import type {Work} from '../work.ts';

/** Where the volumes are mounted, each in a folder with its handle: so an archive of this folder has owner and mode of each. */
export const volumesFolder = '/volumes';

/** A volume by its handle, with its name on the engine. */
export type MountedVolume = {readonly handle: string; readonly name: string};

/** The volumes of a resource, or the one of a service. @throws UserError when one is gone: the engine would make an empty one */
export async function existingVolumes({context}: Work, subject: DesiredResource): Promise<readonly MountedVolume[]> {
	const {engine, state} = context;
	const {volumes} = state.current();
	const wanted = isVolumeOfService(subject.name)
		? Object.keys(subject.spec.volumes).map(handle => ({handle, name: volumes[subject.address]!.name}))
		: volumesOf(state.current(), subject).map(({handle, name}) => ({handle, name}));
	const observed = await observeOwn(engine, state.current());
	const there = new Set(observed.volumes.map(({name}) => name));
	const lost = wanted.find(({name}) => !there.has(name));
	if (!lost) return wanted;
	const address = isVolumeOfService(subject.name) ? subject.address : volumeAddress(subject.name, lost.handle);
	throw new UserError(`${address} was removed outside Compartment, and its data is gone.`, {
		hint: hint`Create an empty volume: ${command('apply')}. Then restore a backup: ${command('resource backup list', '--resource', subject.name)}`,
	});
}

export type VolumeOperation = {
	readonly kind: 'backup' | 'restore' | 'verify';
	readonly subject: Pick<DesiredResource, 'name' | 'address' | 'containerName'>;
	readonly backup: string;
	/** Label of what it makes, to find it after a crash. */
	readonly op: string;
};

export function operationLabels({context: {plan, state}}: Work, {kind, subject, op}: VolumeOperation): Labels {
	const {lineage, project, environment} = plan;
	const {serial} = state.current();
	return labelsOf({lineage, project, environment, address: operationAddress(kind, subject.name), op, serial});
}

/**
 * Makes a container that has volumes mounted, for as long as a function works with it. It runs only to empty them: the engine
 * reads and writes the volumes of a container that was never started as well. Its image is that of the router, which every
 * engine has, so the image of whatever uses the volumes needs no tools.
 */
export async function withVolumes<Result>(
	work: Work,
	operation: VolumeOperation,
	volumes: readonly MountedVolume[],
	run: (containerId: string) => Promise<Result>,
): Promise<Result> {
	const {context, say} = work;
	const {engine, router} = context;
	const {kind, subject, backup} = operation;
	const image = imageOf(router);
	await ensureImage(context, subject.address, image);
	const name = `${subject.containerName}.${kind}.${backup}`;
	const containerId = await engine.create({
		name,
		image,
		labels: operationLabels(work, operation),
		entrypoint: ['find'],
		command: [volumesFolder, '-mindepth', '2', '-delete'],
		env: {},
		attachments: [],
		volumes: Object.fromEntries(
			volumes.map(volume => [volume.name, {path: `${volumesFolder}/${volume.handle}`, startsEmpty: true}]),
		),
		user: '0:0',
		restart: {policy: 'no'},
		capabilities: ['DAC_OVERRIDE', 'FOWNER'],
	});
	try {
		return await run(containerId);
	} finally {
		await untilAnswered(() => engine.remove(containerId)).catch((error: unknown) => {
			if (!(error instanceof EngineError)) throw error;
			say(`could not remove ${name}; the next command tries again: ${messageOf(error)}`);
		});
	}
}
