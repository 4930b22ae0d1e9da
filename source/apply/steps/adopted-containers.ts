import type {OwnEngine} from '../../engine/own-engine.ts';
import {EngineError, messageOf} from '../../errors.ts';
import {failpoint} from '../../failpoints.ts';
import {nameIn, serviceAddress} from '../../model/address.ts';
import type {Takeover} from '../../plan/adoption.ts';
import type {Settings} from '../../settings/settings.ts';
import type {AdoptedRecord} from '../../state/journal-entry.ts';
import type {ResourceRecord} from '../../state/state.ts';
import {type ApplyContext, notice, progress} from '../context.ts';
import {writeJournaled} from '../journaled.ts';

type Access = {readonly engine: OwnEngine; readonly settings: Pick<Settings, 'stopGraceSeconds'>};

/** The adopted containers that become the service or resource at an address. */
export const adoptedAt = ({plan}: Pick<ApplyContext, 'plan'>, address: string): readonly Takeover[] =>
	(plan.adoption?.containers ?? []).filter(container => container.address === address);

/** What the journal keeps of them. */
export const recordsOf = (adopted: readonly Takeover[]): AdoptedRecord[] =>
	adopted.map(({id, name, isRunning, restart}) => ({id, name, isRunning, restart}));

/** The networks in which others call them, and under which names, as the record of a resource has them. */
export function guestsOf(adopted: readonly Takeover[]): Pick<ResourceRecord, 'guests'> {
	const guests = adopted.flatMap(({attachments}) =>
		attachments.map(({network, aliases = []}) => ({network, aliases: [...aliases]})),
	);
	return guests.length > 0 ? {guests} : {};
}

/** What somebody has removed needs no change. */
export async function unlessGone(change: () => Promise<void>): Promise<void> {
	try {
		await change();
	} catch (error) {
		if (!(error instanceof EngineError) || error.status !== 404) throw error;
	}
}

/**
 * Stops adopted containers and keeps them. First each loses its restart policy: with `always`, the engine's next start would
 * start a second database on the same volume. Idempotent.
 */
export async function stopAdopted({engine, settings}: Access, adopted: readonly AdoptedRecord[]): Promise<void> {
	for (const {id} of adopted) {
		await unlessGone(() => engine.setRestart(id, {policy: 'no'}));
		failpoint('adopt.after-policy');
		await engine.stop(id, settings.stopGraceSeconds);
		failpoint('adopt.after-stop');
	}
}

/** Makes adopted containers run again as before. Idempotent. */
export async function giveBack({engine}: Pick<Access, 'engine'>, adopted: readonly AdoptedRecord[]): Promise<void> {
	for (const {id, isRunning, restart} of adopted) {
		await unlessGone(() => engine.setRestart(id, restart));
		if (isRunning) await unlessGone(() => engine.start(id));
	}
}

/** Stops the containers of a service whose new deployment may not run beside them. They come back if it does not serve. */
export async function stopAdoptedFirst(context: ApplyContext, service: string): Promise<void> {
	const address = serviceAddress(service);
	const adopted = adoptedAt(context, address);
	if (adopted.length === 0) return;
	const containers = recordsOf(adopted);
	progress(context, address, 'stopping the adopted container');
	// Pending until the switch: whatever interrupts the apply, recovery decides which of them runs.
	context.results.stoppedFirst[service] = await context.journal.begin({type: 'adopt', address, containers}, address);
	await stopAdopted(context, containers);
}

/** Gives back what `stopAdoptedFirst` stopped for services that were not switched. */
export async function giveBackStopped(context: ApplyContext, only?: string): Promise<void> {
	const {journal, results, state} = context;
	for (const [service, op] of Object.entries(results.stoppedFirst)) {
		if (state.current().active[service] !== undefined || (only !== undefined && only !== service)) continue;
		const isBack = await tryGiveBack(context, adoptedAt(context, serviceAddress(service)), message =>
			notice(context, 'warning', `service.${service}: the adopted container does not run again: ${message}`),
		);
		// Otherwise the next command does it.
		if (!isBack) continue;
		delete results.stoppedFirst[service];
		await journal.failed(op, 'the new deployment does not serve');
	}
}

/** Stops the adopted containers of a service or resource that Compartment runs by now. */
export async function stopAdoptedAt(context: ApplyContext, address: string): Promise<void> {
	const {journal, results} = context;
	const op = results.stoppedFirst[nameIn(address)];
	if (op !== undefined) {
		delete results.stoppedFirst[nameIn(address)];
		return journal.done(op);
	}
	const containers = recordsOf(adoptedAt(context, address));
	progress(context, address, 'stopping the adopted container');
	await writeJournaled(context, {
		address,
		intent: {type: 'adopt', address, containers},
		isRepeatable: true,
		run: () => stopAdopted(context, containers),
	});
}

/** Gives back containers after a failure, whose own error counts. */
export async function tryGiveBack(
	context: Pick<Access, 'engine'>,
	adopted: readonly AdoptedRecord[],
	onFailure: (message: string) => void,
): Promise<boolean> {
	try {
		await giveBack(context, adopted);
		return true;
	} catch (error) {
		if (!(error instanceof EngineError)) throw error;
		onFailure(messageOf(error));
		return false;
	}
}
