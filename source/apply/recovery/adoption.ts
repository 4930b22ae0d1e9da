import {nameIn} from '../../model/address.ts';
import {labels} from '../../model/labels.ts';
import type {Intent} from '../../state/journal-entry.ts';
import {undoInPlace} from '../steps/adopt-in-place.ts';
import {removeIncomplete} from '../steps/adopt-resource.ts';
import {giveBack, stopAdopted} from '../steps/adopted-containers.ts';
import {ownContainers, type RecoveryContext} from './context.ts';

type Adoption = Extract<Intent, {type: 'adopt'}>;

/** Whether Compartment runs the resource of an adoption: its container is the one that the adoption made. */
async function isResourceTaken(context: RecoveryContext, op: string, address: string): Promise<boolean> {
	const record = context.state.current().resources[nameIn(address)];
	if (!record) return false;
	const containers = await ownContainers(context);
	const made = containers.find(({labels: own}) => own[labels.op] === op);
	// A resource that was recorded before only had its adopted container stopped.
	return made === undefined || made.id === record.containerId;
}

/**
 * Finishes an interrupted adoption, if Compartment runs the service or resource by now: what it replaces is stopped. Otherwise
 * undoes it, so that what ran before runs again.
 * @returns whether it is finished
 */
export async function recoverAdoption(
	context: RecoveryContext,
	op: string,
	{address, containers, containerName}: Adoption,
): Promise<boolean> {
	const {engine, state, say} = context;
	engine.admit({containers: containers.map(({id}) => id)});
	if (containerName !== undefined) {
		const [container] = containers;
		const record = state.current().resources[nameIn(address)];
		if (!container || record?.containerId === container.id) return true;
		await undoInPlace(context, container);
		say(`${address} is not adopted: ${container.name} runs as before`);
		return false;
	}
	const isService = address.startsWith('service.');
	const isTaken = isService
		? state.current().active[nameIn(address)] !== undefined
		: await isResourceTaken(context, op, address);
	if (isTaken) {
		await stopAdopted(context, containers);
		return true;
	}
	if (!isService) await removeIncomplete(context, address);
	await giveBack(context, containers);
	const names = containers.filter(({isRunning}) => isRunning).map(({name}) => name);
	if (names.length > 0) say(`${address} is not adopted: ${names.join(', ')} runs as before`);
	return false;
}
