import type {JournaledState} from '../apply/journaled-state.ts';
import {removeOperations} from '../apply/recovery/operation-containers.ts';
import {type OwnEngine, observeOwn} from '../engine/own-engine.ts';
import {resourceAddress, volumeAddress} from '../model/address.ts';
import {backedUpTitle} from '../model/backed-up.ts';
import {labels} from '../model/labels.ts';
import {artifactsIn, removeArtifact, removeFetching} from './artifact.ts';
import {withoutCopy} from './copy-variables.ts';
import {patchBackup, patchCopy} from './records.ts';

type Interrupted = {
	readonly engine: OwnEngine;
	readonly state: JournaledState;
	readonly root: string;
	readonly say: (message: string) => void;
};

/**
 * Removes what is left of interrupted restores into new resources that have no record yet: containers, volumes and copied
 * variables, into which nothing was restored. A resource that has a record stays, half restored.
 */
async function removeHalfMade({engine, state, say}: Interrupted): Promise<void> {
	for (const backup of state.current().backups) {
		const {id, restoringAs: name} = backup;
		if (name === undefined) continue;
		if (Object.hasOwn(state.current().resources, name)) {
			await state.update(current => patchBackup(current, id, {restoringAs: undefined}));
			continue;
		}
		const {containers, volumes} = await observeOwn(engine, state.current());
		const isVolume = (address: string) => address.startsWith(volumeAddress(name, ''));
		const addressOf = (object: {readonly labels: Readonly<Record<string, string>>}) =>
			object.labels[labels.address] ?? '';
		for (const container of containers)
			if (addressOf(container) === resourceAddress(name)) await engine.remove(container.id);
		for (const volume of volumes) if (isVolume(addressOf(volume))) await engine.removeVolume(volume.name);
		await state.update(current => {
			const kept = Object.entries(current.volumes).filter(([address]) => !isVolume(address));
			return withoutCopy({...current, volumes: Object.fromEntries(kept)}, backup, name);
		});
		say(`removed unfinished resource ${name}; its restore from backup ${id} was interrupted`);
	}
}

/**
 * Cleans up after interrupted commands: removes their containers, marks their backups failed and deletes the files. The
 * caller holds the environment's lock, so no backup marked running is in fact running.
 */
export async function settleInterrupted(interrupted: Interrupted): Promise<void> {
	const {state, root, say} = interrupted;
	await removeOperations(interrupted);
	await removeHalfMade(interrupted);
	for (const {id, status, resource} of state.current().backups) {
		if (status !== 'running') continue;
		removeArtifact(root, id);
		const completedAt = new Date().toISOString();
		const patch = {
			status: 'failed',
			completedAt,
			artifactLocation: null,
			failureSummary: 'it was interrupted',
			isInterrupted: true,
		} as const;
		await state.update(current => patchBackup(current, id, patch));
		say(`backup ${id} of ${backedUpTitle(resource)} was interrupted; marked it failed and deleted its files`);
	}
	for (const {id, resource, copies = []} of state.current().backups)
		for (const {store, status} of copies) {
			if (status !== 'uploading') continue;
			const at = new Date().toISOString();
			const patch = {status: 'failed', at, failureSummary: 'it was interrupted'} as const;
			await state.update(current => patchCopy(current, id, store, patch));
			say(
				`storing backup ${id} of ${backedUpTitle(resource)} in ${store} was interrupted; what was left there is removed by the next run`,
			);
		}
	removeFetching(root, state.current().lineage);
	// The folder may be shared with other environments, so delete only what this state has given up.
	const given = new Map(state.current().backups.map(({id, status}) => [id, status]));
	for (const id of artifactsIn(root)) {
		const status = given.get(id);
		if (status === 'failed' || status === 'deleted') removeArtifact(root, id);
	}
}
