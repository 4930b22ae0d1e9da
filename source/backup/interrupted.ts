import type {StateKeeper} from '../apply/state-keeper.ts';
import type {Engine} from '../engine/engine.ts';
import {isOperationAddress} from '../model/address.ts';
import {labels} from '../model/labels.ts';
import {artifactsIn, removeArtifact} from './artifact.ts';
import {patchBackup} from './records.ts';

type Interrupted = {
	readonly engine: Engine;
	readonly state: StateKeeper;
	readonly root: string;
	readonly say: (message: string) => void;
};

/** Containers that still write although nobody waits for them, and volumes that were to be thrown away. */
async function removeOperations({engine, state, say}: Interrupted): Promise<void> {
	const isOurs = ({labels: own}: {readonly labels: Readonly<Record<string, string>>}) =>
		isOperationAddress(own[labels.address] ?? '');
	const {containers, volumes} = await engine.observe({[labels.lineage]: state.current().lineage});
	for (const {id, name} of containers.filter(isOurs)) {
		await engine.remove(id);
		say(`removed ${name}, which an interrupted command left`);
	}
	for (const {name} of volumes.filter(isOurs)) await engine.removeVolume(name);
}

/**
 * Puts right what a command that died left: its containers go, its backup is marked failed, and the files go. The
 * caller holds the environment's lock, so whatever is marked running has nobody behind it.
 */
export async function settleInterrupted(interrupted: Interrupted): Promise<void> {
	const {state, root, say} = interrupted;
	await removeOperations(interrupted);
	for (const {id, status, resource} of state.current().backups) {
		if (status !== 'running') continue;
		removeArtifact(root, id);
		const completedAt = new Date().toISOString();
		const patch = {
			status: 'failed',
			completedAt,
			artifactLocation: null,
			failureSummary: 'it was interrupted',
		} as const;
		await state.update(current => patchBackup(current, id, patch));
		say(`backup ${id} of resource ${resource} was interrupted; it is marked failed and its files are removed`);
	}
	// A folder may hold the backups of other environments too: only what this state has given up goes.
	const given = new Map(state.current().backups.map(({id, status}) => [id, status]));
	for (const id of artifactsIn(root)) {
		const status = given.get(id);
		if (status === 'failed' || status === 'deleted') removeArtifact(root, id);
	}
}
