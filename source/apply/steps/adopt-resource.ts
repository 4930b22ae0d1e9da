import {failpoint} from '../../failpoints.ts';
import type {DesiredResource} from '../../model/specs.ts';
import type {Settings} from '../../settings/settings.ts';
import {followLogs} from '../containers.ts';
import {type ApplyContext, notice, progress} from '../context.ts';
import {ensureImage} from '../images.ts';
import {writeJournaled} from '../journaled.ts';
import {withRevisions} from '../known-values.ts';
import {adoptedAt, guestsOf, recordsOf, stopAdopted, tryGiveBack} from './adopted-containers.ts';
import {
	containersOfResource,
	recordOf,
	settle,
	startContainer,
	withInitialised,
	withRecord,
} from './resource-container.ts';

/** Removes what of ours is left of an adoption that did not succeed. */
export async function removeIncomplete(
	context: Pick<ApplyContext, 'engine' | 'state'> & {readonly settings: Pick<Settings, 'stopGraceSeconds'>},
	address: string,
): Promise<void> {
	const {engine, settings} = context;
	for (const {id} of await containersOfResource(context, {address})) {
		// It has the volume open.
		await engine.stop(id, settings.stopGraceSeconds);
		await engine.remove(id);
	}
}

/**
 * Takes over a resource stop-first: the adopted container stops before ours starts on the same volumes, and comes back if ours
 * does not become ready. Ours also joins the networks of the adopted one under its names, for what still calls it there (docs/rules.md, "Adopted
 * containers").
 */
export async function adoptResource(context: ApplyContext, resource: DesiredResource): Promise<void> {
	const {state} = context;
	const {address} = resource;
	const adopted = adoptedAt(context, address);
	const containers = recordsOf(adopted);
	const guests = adopted.flatMap(({attachments}) => attachments);
	const spec = withRevisions(resource.spec, state.current());
	const image = await ensureImage(context, address, spec.image);
	const logs = new AbortController();
	await writeJournaled(context, {
		address,
		intent: {type: 'adopt', address, containers},
		run: async op => {
			try {
				await removeIncomplete(context, address);
				progress(context, address, 'stopping the adopted container');
				await stopAdopted(context, containers);
				progress(context, address, 'starting');
				const containerId = await startContainer(context, resource, {spec, image, op, guests});
				failpoint('adopt.after-start');
				followLogs(context, address, containerId, {signal: logs.signal, isStartedAgain: false});
				await settle(context, resource, containerId, 'replacement');
				return containerId;
			} catch (error) {
				await removeIncomplete(context, address);
				await tryGiveBack(context, containers, message =>
					notice(context, 'warning', `${address}: the adopted container does not run again: ${message}`),
				);
				throw error;
			} finally {
				logs.abort();
			}
		},
		record: (current, containerId) => {
			const record = {...recordOf(resource, spec, image.id, containerId), ...guestsOf(adopted)};
			return withInitialised(withRecord(current, record), resource);
		},
	});
}
