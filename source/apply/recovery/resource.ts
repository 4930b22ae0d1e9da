import {labels} from '../../model/labels.ts';
import {previousContainerName} from '../../model/names.ts';
import type {PendingWrite} from '../../state/journal.ts';
import {ownContainers, type RecoveryContext} from './context.ts';
import {replacementsIn} from './leftover-records.ts';

type Replacement = Extract<PendingWrite['intent'], {type: 'replace-resource'}>;

/**
 * Recovers an interrupted replacement. The previous container keeps another name until the new one is recorded; without
 * that record it is restored. The first container of a resource is kept, and the next apply continues with it.
 * @returns whether the replacement happened
 */
export async function recoverResource(
	context: RecoveryContext,
	op: string,
	{resource, containerName, adopted}: Replacement,
): Promise<boolean> {
	const {engine, settings, state, say} = context;
	const containers = await ownContainers(context);
	const address = `resource.${resource}`;
	const find = (name: string) =>
		containers.find(container => container.name === name && container.labels[labels.address] === address);
	const current = find(containerName);
	const previous =
		find(previousContainerName(containerName)) ??
		(await findUnlabelled(context, previousContainerName(containerName), adopted));
	const record = state.current().resources[resource];
	if (current && record?.containerId === current.id) {
		const isNew = current.labels[labels.op] === op;
		if (previous) await engine.remove(previous.id);
		// The engine may still be stopping it for the killed process: another stop waits for that.
		else if (!isNew) await engine.stop(current.id, settings.stopGraceSeconds);
		if (record.status === 'running') {
			await engine.start(current.id);
			if (!isNew && !previous) say(`restarted resource ${resource}`);
		}
		return isNew;
	}
	if (current && !previous && !record) return false;
	if (current) {
		// It has the volume open.
		await engine.stop(current.id, settings.stopGraceSeconds);
		await engine.remove(current.id);
		if (!previous) say(`removed the incomplete container of resource ${resource}; its volumes are untouched`);
	}
	if (previous) {
		await engine.rename(previous.id, containerName);
		await engine.start(previous.id);
		say(`resource ${resource}: restored the previous container`);
	}
	return false;
}

/** A previous container that was adopted as it was: once another one is recorded, only the journal knows it. */
async function findUnlabelled({engine}: RecoveryContext, name: string, id: string | undefined) {
	if (id === undefined) return undefined;
	engine.admit({containers: [id]});
	const details = await engine.inspectContainer(id);
	return details?.name === name ? details : undefined;
}

/** Undoes replacements that failed and could not be undone at the time: the previous container still has another name. */
export async function recoverReplacements(context: RecoveryContext): Promise<void> {
	for (const {resource, containerName} of replacementsIn(context.state.current(), await ownContainers(context)))
		await recoverResource(context, '', {type: 'replace-resource', resource, containerName});
}
