import {labels} from '../model/labels.ts';
import type {PendingOperation} from '../state/journal.ts';
import {isUp, ownContainers, type RecoveryContext} from './recovery-context.ts';
import {previousName} from './steps/resource.ts';

type Replacement = Extract<PendingOperation['intent'], {type: 'replace-resource'}>;

/**
 * The former container waits under another name until the new one is recorded; without a record it comes back.
 * @returns whether the replacement had happened
 */
export async function recoverResource(
	context: RecoveryContext,
	op: string,
	{resource, containerName}: Replacement,
): Promise<boolean> {
	const {engine, state, say} = context;
	const containers = await ownContainers(context);
	const address = `resource.${resource}`;
	const find = (name: string) =>
		containers.find(container => container.name === name && container.labels[labels.address] === address);
	const current = find(containerName);
	const former = find(previousName(containerName));
	const record = state.current().resources[resource];
	if (current && record?.containerId === current.id) {
		if (former) await engine.remove(former.id);
		if (!isUp(current) && record.status === 'running') {
			await engine.start(current.id);
			say(`started resource ${resource} again`);
		}
		return current.labels[labels.op] === op;
	}
	if (current) {
		await engine.remove(current.id);
		if (!former) say(`removed the half-made container of resource ${resource}; its volumes are untouched`);
	}
	if (former) {
		await engine.rename(former.id, containerName);
		await engine.start(former.id);
		say(`resource ${resource}: the former container runs again`);
	}
	return false;
}
