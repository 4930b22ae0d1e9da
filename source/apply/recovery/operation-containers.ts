import {observeOwn} from '../../engine/own-engine.ts';
import {isOperationAddress} from '../../model/address.ts';
import {labels} from '../../model/labels.ts';
import type {RecoveryContext} from './context.ts';

/**
 * Removes the containers of backups, restores and verifications whose command died, for they still work although
 * nobody waits for them, and the volumes of verifications. The caller holds the lock that such a command holds.
 */
export async function removeOperations({
	engine,
	state,
	say,
}: Pick<RecoveryContext, 'engine' | 'state' | 'say'>): Promise<void> {
	const isOurs = ({labels: own}: {readonly labels: Readonly<Record<string, string>>}) =>
		isOperationAddress(own[labels.address] ?? '');
	const {containers, volumes} = await observeOwn(engine, state.current());
	for (const {id, name} of containers.filter(isOurs)) {
		await engine.remove(id);
		say(`removed ${name}, which an interrupted command left`);
	}
	for (const {name} of volumes.filter(isOurs)) await engine.removeVolume(name);
}
