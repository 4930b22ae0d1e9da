import {failpoint} from '../../failpoints.ts';
import {drain} from '../../router/router.ts';
import type {Settings} from '../../settings/settings.ts';
import type {Deployment} from '../../state/state.ts';
import type {ApplyContext} from '../context.ts';
import {nameOnNetwork} from './name-on-network.ts';

type Context = Pick<ApplyContext, 'engine' | 'router' | 'state' | 'idle'> & {
	readonly settings: Pick<Settings, 'drainSeconds' | 'stopGraceSeconds'>;
	readonly signal?: AbortSignal;
};

type Watch = {
	/** Reports progress. */
	readonly onProgress?: (message: string) => void;
	/** Called when the drain deadline passes with requests still open. */
	readonly onDeadline?: () => void;
};

/**
 * Drains and stops a deployment: waits until its requests are answered or the drain deadline passes, then stops its container
 * with its grace time. Idempotent.
 */
export async function takeOutOfService(
	{engine, router, settings, state, signal, idle = wait => wait()}: Context,
	{service, address, slot, containerId}: Pick<Deployment, 'service' | 'address' | 'slot' | 'containerId'>,
	{onProgress, onDeadline}: Watch = {},
): Promise<void> {
	const {lineage} = state.current();
	const details = containerId === undefined ? undefined : await engine.inspectContainer(containerId);
	if (containerId === undefined || !details) return;
	if (slot) {
		onProgress?.('draining the previous deployment');
		const options = {deadlineMs: settings.drainSeconds * 1000, signal};
		const isDrained = await idle(() => drain(engine, router, [{lineage, service, slot}], options));
		if (!isDrained) onDeadline?.();
	}
	failpoint('retire.after-drain');
	// Removes the name first, so that no sibling calls it while it stops; calls in progress continue. Networks that are being
	// replaced have no siblings left.
	const mesh = state.current().networks?.mesh.name ?? '';
	if (details.state === 'running' && Object.hasOwn(details.networks, mesh))
		await nameOnNetwork(engine, state.current(), {service, address, containerId}, false, details);
	failpoint('retire.after-leave');
	onProgress?.(`stopping the previous deployment, grace time ${settings.stopGraceSeconds} s`);
	await engine.stop(containerId, settings.stopGraceSeconds);
}
