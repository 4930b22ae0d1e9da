import type {Attachment} from '../../engine/engine.ts';
import type {OwnEngine} from '../../engine/own-engine.ts';
import {failpoint} from '../../failpoints.ts';
import type {DesiredResource} from '../../model/specs.ts';
import type {AdoptedRecord} from '../../state/journal-entry.ts';
import type {State} from '../../state/state.ts';
import {type ApplyContext, progress} from '../context.ts';
import {writeJournaled} from '../journaled.ts';
import {withRevisions} from '../known-values.ts';
import {adoptedAt, guestsOf, recordsOf, unlessGone} from './adopted-containers.ts';
import {recordOf, resourceAttachments, settle, withInitialised, withRecord} from './resource-container.ts';

/** Connects a container to networks that it is not in. */
async function joinAll(engine: OwnEngine, id: string, attachments: readonly Attachment[]): Promise<void> {
	const details = await engine.inspectContainer(id);
	for (const attachment of attachments)
		if (details && !Object.hasOwn(details.networks, attachment.network)) await engine.join(id, attachment);
}

/** Makes a container what it was before it was adopted in place. It runs all the time. Idempotent. */
export async function undoInPlace(
	{engine, state}: {readonly engine: OwnEngine; readonly state: {readonly current: () => State}},
	{id, name, restart}: AdoptedRecord,
): Promise<void> {
	const details = await engine.inspectContainer(id);
	if (!details) return;
	await unlessGone(() => engine.setRestart(id, restart));
	const {networks} = state.current();
	const own = [networks?.environment.name, networks?.other?.environment.name];
	for (const network of own) if (network && Object.hasOwn(details.networks, network)) await engine.leave(id, network);
	if (details.name !== name) await engine.rename(id, name);
}

/**
 * Takes over the container of a resource as it is: it gets our name, networks and restart policy, and goes on running. Nothing
 * can give it our labels, so the state knows it by its id.
 */
export async function adoptInPlace(context: ApplyContext, resource: DesiredResource): Promise<void> {
	const {engine, state} = context;
	const {address, containerName} = resource;
	const adopted = adoptedAt(context, address);
	const containers = recordsOf(adopted);
	const {id} = adopted[0]!;
	const spec = withRevisions(resource.spec, state.current());
	await writeJournaled(context, {
		address,
		intent: {type: 'adopt', address, containers, containerName},
		run: async () => {
			try {
				progress(context, address, 'connecting the adopted container');
				await joinAll(engine, id, resourceAttachments(state.current(), {name: resource.name, spec}));
				failpoint('adopt.after-join');
				const details = await engine.inspectContainer(id);
				if (details?.name !== containerName) await engine.rename(id, containerName);
				failpoint('adopt.after-rename');
				await engine.setRestart(id, {policy: resource.restart});
				await settle(context, resource, id, 'replacement');
				return (await engine.inspectContainer(id))!.imageId;
			} catch (error) {
				await undoInPlace(context, containers[0]!);
				throw error;
			}
		},
		record: (current, imageId) => {
			const record = {...recordOf(resource, spec, imageId, id), isAdopted: true as const, ...guestsOf(adopted)};
			return withInitialised(withRecord(current, record), resource);
		},
	});
}
