import type {Engine, ObservedContainer} from '../engine/engine.ts';
import {labels} from '../model/labels.ts';
import {type RouterOptions, readTables} from '../router/router.ts';
import type {Journal, PendingOperation} from '../state/journal.ts';
import {patchDeployment, withActive} from './deployments.ts';
import type {StateKeeper} from './state-keeper.ts';
import {previousName} from './steps/resource.ts';

type RecoveryContext = {
	readonly engine: Engine;
	readonly router: RouterOptions;
	readonly state: StateKeeper;
	readonly journal: Pick<Journal, 'done' | 'failed'>;
	/** Told to the user, one sentence for everything that was found and mended. */
	readonly say: (message: string) => void;
};

const interrupted = {message: 'the apply was interrupted', lastLines: []};

const ownContainers = async ({engine, state}: RecoveryContext): Promise<readonly ObservedContainer[]> =>
	(await engine.observe({[labels.lineage]: state.current().lineage})).containers;

/** A candidate that never came to serve is removed; the next plan makes a new one. */
async function recoverCandidate(context: RecoveryContext, deployment: string): Promise<boolean> {
	const {engine, state, say} = context;
	const record = state.current().deployments[deployment];
	if (record && state.current().active[record.service] === deployment) return true;
	const container = (await ownContainers(context)).find(({labels: own}) => own[labels.deployment] === deployment);
	if (container) {
		await engine.remove(container.id);
		say(`removed candidate ${container.name}, which was not serving yet`);
	}
	const patch = {status: 'stopped', containerId: undefined, failure: interrupted} as const;
	await state.update(current => patchDeployment(current, deployment, patch));
	return false;
}

/** A worker's former deployment was stopped before its candidate started. */
async function wakeFormer(context: RecoveryContext, deployment: string): Promise<void> {
	const {engine, state, say} = context;
	const {deployments, active} = state.current();
	const service = deployments[deployment]?.service;
	const former = deployments[active[service ?? ''] ?? ''];
	if (former?.kind !== 'worker' || former.id === deployment || !former.containerId) return;
	await engine.start(former.containerId);
	say(`started ${former.containerName} again`);
}

/** The former container waits under another name until the new one is recorded; without a record it comes back. */
async function recoverResource(context: RecoveryContext, name: string, containerName: string): Promise<boolean> {
	const {engine, state, say} = context;
	const containers = (await ownContainers(context)).filter(
		({labels: own}) => own[labels.address] === `resource.${name}`,
	);
	const current = containers.find(container => container.name === containerName);
	const former = containers.find(container => container.name === previousName(containerName));
	const isRecorded = current !== undefined && state.current().resources[name]?.containerId === current.id;
	if (!former) {
		if (current && !isRecorded) {
			await engine.remove(current.id);
			say(`removed the half-made container of resource ${name}; its volumes are untouched`);
		}
		return isRecorded;
	}
	if (isRecorded) {
		await engine.remove(former.id);
		return true;
	}
	if (current) await engine.remove(current.id);
	await engine.rename(former.id, containerName);
	await engine.start(former.id);
	say(`resource ${name}: the former container runs again`);
	return false;
}

/** The router's file decides whether the switch happened: it is written before anything else. */
async function recoverSwitch(
	context: RecoveryContext,
	deployments: Readonly<Record<string, string>>,
): Promise<boolean> {
	const {engine, router, state, say} = context;
	const {lineage} = state.current();
	const table = (await readTables(engine, router)).find(candidate => candidate.lineage === lineage);
	const isServing = ([service, id]: [string, string]) => {
		const backend = table?.backends.find(candidate => candidate.service === service);
		return backend?.active != null && backend.slots[backend.active]?.deployment === id;
	};
	const entries = Object.entries(deployments);
	const routed = entries.filter(([service]) => table?.backends.some(backend => backend.service === service));
	if (table && routed.length > 0 && routed.every(isServing)) {
		await state.update(current => withActive(current, table, deployments));
		say(`the switch had happened: ${entries.map(([service]) => service).join(', ')} serve the new deployment`);
		return true;
	}
	for (const [, id] of entries) {
		await recoverCandidate(context, id);
		await wakeFormer(context, id);
	}
	return false;
}

async function recoverOperation(context: RecoveryContext, {intent, op}: PendingOperation): Promise<boolean> {
	switch (intent.type) {
		case 'run-candidate': {
			const isActive = await recoverCandidate(context, intent.deployment);
			if (!isActive) await wakeFormer(context, intent.deployment);
			return isActive;
		}
		case 'replace-resource':
			return recoverResource(context, intent.resource, intent.containerName);
		case 'switch':
			return recoverSwitch(context, intent.deployments);
		case 'create-network':
		case 'create-volume': {
			const {networks, volumes} = await context.engine.observe({[labels.op]: op});
			// Found or not, the next plan takes what is there by its label, or makes it.
			return networks.length + volumes.length > 0;
		}
		case 'build-image':
		case 'release':
		case 'retire':
		case 'remove':
			return false;
	}
}

/** Former deployments that were still to be drained or stopped; the interrupted apply is over, so nothing is in flight. */
async function stopFormer(context: RecoveryContext): Promise<void> {
	const {engine, state} = context;
	const {deployments, active} = state.current();
	for (const {id, service, stage, containerId} of Object.values(deployments)) {
		if (stage !== 'draining_previous' || active[service] === id) continue;
		if (containerId) await engine.stop(containerId, 10);
		await state.update(current => patchDeployment(current, id, {stage: 'retired'}));
	}
}

/** Candidates of an apply that died between two operations. */
async function discardLeftovers(context: RecoveryContext): Promise<void> {
	const {deployments, active} = context.state.current();
	for (const {id, service, status, isHeld} of Object.values(deployments)) {
		if (status !== 'running' || active[service] === id || isHeld) continue;
		await recoverCandidate(context, id);
		await wakeFormer(context, id);
	}
}

/**
 * Finishes or undoes what an interrupted apply left, without asking: every object carries the id of the operation that
 * made it. Never removes a volume; never repeats what cannot be undone.
 */
export async function recover(context: RecoveryContext, pending: readonly PendingOperation[]): Promise<void> {
	for (const operation of pending) {
		const hasHappened = await recoverOperation(context, operation);
		if (hasHappened) await context.journal.done(operation.op);
		else await context.journal.failed(operation.op, 'interrupted');
	}
	await discardLeftovers(context);
	await stopFormer(context);
}
