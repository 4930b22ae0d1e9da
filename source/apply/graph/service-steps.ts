import {command, hint} from '../../hint.ts';
import {serviceAddress} from '../../model/address.ts';
import {activeDeployment, heldCandidates} from '../../plan/input.ts';
import type {Action, PlannedDeployment} from '../../plan/plan.ts';
import {isRunning} from '../../plan/services.ts';
import {type ApplyContext, notice, progress} from '../context.ts';
import {patchDeployment} from '../deployments.ts';
import {startCandidate} from '../steps/candidate.ts';
import {discardCandidate} from '../steps/discard.ts';
import {runRelease} from '../steps/release.ts';
import {requireReady} from '../steps/require-ready.ts';
import {startAgain} from '../steps/restart.ts';
import {deleteService, removeOldContainers, retireDeployment} from '../steps/retire.ts';
import {replaceWorker} from '../steps/worker.ts';
import {type ApplyStep, candidateId, joinId, type Shared, watchId, whole} from './step.ts';

const nameIn = (address: string): string => address.slice(address.indexOf('.') + 1);

function deleteSteps(context: ApplyContext, {address}: Action): ApplyStep[] {
	const name = nameIn(address);
	const previous = activeDeployment(context.state.current(), name);
	const run = async () => {
		if (previous) await retireDeployment(context, address, previous);
		await deleteService(context, name);
	};
	// After the watch: a rolled back switch keeps it serving.
	return [{id: address, address, ...whole, dependsOn: [watchId], run}];
}

/** The last step of a service: retires the previous deployment after the switch. */
function retireStep(context: ApplyContext, shared: Shared, address: string): ApplyStep {
	const run = async () => {
		const previous = shared.previous[nameIn(address)];
		if (previous) await retireDeployment(context, address, previous);
		await removeOldContainers(context, nameIn(address));
	};
	return {id: address, address, isFirst: false, isLast: true, dependsOn: [watchId], run};
}

/** The last step with `--hold`: the candidate waits for a promote. */
function holdStep(context: ApplyContext, shared: Shared, address: string, candidates: readonly string[]): ApplyStep {
	const run = async () => {
		const id = shared.ready[nameIn(address)]!;
		const {deployments} = await context.state.update(state => patchDeployment(state, id, {isHeld: true}));
		if (deployments[id]?.kind === 'worker')
			notice(
				context,
				'warning',
				`${address}: the held worker processes work alongside the active one until it is promoted`,
			);
		notice(
			context,
			'info',
			hint`${address}: candidate ${id} is held: ${command('promote')}, or ${command('promote', '--discard')}`,
		);
	};
	// All candidates or none: a held deploy is promoted as a whole.
	return {id: address, address, isFirst: false, isLast: true, dependsOn: candidates, run};
}

type CandidateOptions = {
	readonly action: Action;
	readonly planned: PlannedDeployment;
	/** Ids of the steps of all candidates that run beside an active deployment. */
	readonly candidates: readonly string[];
};

function candidateStep(
	context: ApplyContext,
	shared: Shared,
	{action, planned, candidates}: CandidateOptions,
): ApplyStep {
	const {address, dependsOn} = action;
	const {service} = planned;
	const previous = activeDeployment(context.state.current(), service);
	if (previous) shared.previous[service] = previous;
	// A worker stops before its successor starts, so it is replaced after all other candidates are ready.
	const isWorker = planned.kind === 'worker' && !context.plan.isHold;
	const before = [joinId, ...dependsOn];
	return {
		id: candidateId(address),
		address,
		isFirst: true,
		isLast: false,
		dependsOn: isWorker ? [...before, ...candidates] : before,
		async run() {
			const start = isWorker ? replaceWorker : startCandidate;
			const deployment = await start(context, planned, shared.opened[service]);
			shared.ready[service] = deployment.id;
			progress(
				context,
				address,
				context.plan.isHold ? 'ready, waiting for a promote' : 'ready, waiting for the switch',
			);
		},
	};
}

function releaseStep(context: ApplyContext, shared: Shared, {address, dependsOn}: Action): ApplyStep {
	const planned = plannedFor(context, address);
	const run = async () => {
		shared.opened[planned.service] = await runRelease(context, planned);
	};
	return {id: address, address, ...whole, dependsOn: [joinId, ...dependsOn], run};
}

/** Makes a held candidate active if it is still ready. */
function promoteSteps(context: ApplyContext, shared: Shared, address: string): ApplyStep[] {
	const service = nameIn(address);
	const state = context.state.current();
	const candidate = heldCandidates(state)[service]!;
	const previous = activeDeployment(state, service);
	if (previous) shared.previous[service] = previous;
	const first: ApplyStep = {
		id: candidateId(address),
		address,
		isFirst: true,
		isLast: false,
		dependsOn: [joinId],
		async run() {
			// It may have been held for a long time.
			if (candidate.containerId && isRunning(candidate.kind))
				await requireReady(context, candidate, candidate.containerId, {mode: 'held'});
			shared.ready[service] = candidate.id;
		},
	};
	return [first, retireStep(context, shared, address)];
}

const plannedFor = ({plan}: ApplyContext, address: string): PlannedDeployment =>
	plan.deployments.find(({service}) => service === nameIn(address))!;

/** Whether the action starts a candidate beside the active deployment. */
export const isBesideServing = ({plan}: ApplyContext, {object, kind, address}: Action): boolean =>
	object === 'service' &&
	(kind === 'create' || kind === 'replace') &&
	(plan.isHold ||
		plan.deployments.some(({service, kind: what}) => serviceAddress(service) === address && what !== 'worker'));

/** The steps of an action on a service, its candidate or its release command. */
export function serviceSteps(
	context: ApplyContext,
	shared: Shared,
	action: Action,
	candidates: readonly string[],
): ApplyStep[] {
	const {address, kind, object, dependsOn} = action;
	if (object === 'release') return [releaseStep(context, shared, action)];
	if (address.startsWith('candidate.'))
		return [{id: address, address, ...whole, dependsOn, run: () => discardCandidate(context, nameIn(address))}];
	if (kind === 'delete') return deleteSteps(context, action);
	if (kind === 'update') {
		if (context.plan.mode === 'promote') return promoteSteps(context, shared, address);
		const run = () => startAgain(context, nameIn(address));
		return [{id: address, address, ...whole, dependsOn: [joinId, ...dependsOn], run}];
	}
	const candidate = candidateStep(context, shared, {action, planned: plannedFor(context, address), candidates});
	const last = context.plan.isHold
		? holdStep(context, shared, address, candidates)
		: retireStep(context, shared, address);
	return [candidate, last];
}
