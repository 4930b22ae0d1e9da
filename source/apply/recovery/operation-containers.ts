import {observeOwn} from '../../engine/own-engine.ts';
import {isOperationAddress} from '../../model/address.ts';
import {labels} from '../../model/labels.ts';
import type {RecoveryContext} from './context.ts';

/**
 * Removes operation containers whose command died: they keep running with nothing waiting for them. Removes the volumes of
 * verifications too. The caller must hold the environment's lock, so none of them can belong to a running command.
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
		say(`removed ${name}, left by an interrupted command`);
	}
	for (const {name} of volumes.filter(isOurs)) await engine.removeVolume(name);
}
