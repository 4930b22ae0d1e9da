import {nameIn} from '../../model/address.ts';
import {isStopFirst} from '../../model/kinds.ts';
import {makesContainer} from '../../plan/actions.ts';
import type {Action, Plan, PlannedDeployment} from '../../plan/plan.ts';
import {candidateId, joined, onlyStep, type Step} from './step.ts';

const plannedFor = ({deployments}: Plan, {address}: Action): PlannedDeployment | undefined =>
	deployments.find(({service}) => service === nameIn(address));

/** Whether the action starts a candidate beside the active deployment. Without a plan for it, nothing may run twice. */
export function isBesideServing(plan: Plan, action: Action): boolean {
	if (action.object !== 'service' || !makesContainer(action)) return false;
	const planned = plannedFor(plan, action);
	return plan.isHold || (planned !== undefined && !isStopFirst(planned));
}

/** A candidate, then what ends the action: its retired predecessor, or with `--hold` the wait for a promote. */
function candidateSteps(plan: Plan, action: Action, candidates: readonly string[], after: string): Step[] {
	const {address, dependsOn} = action;
	const name = nameIn(address);
	const isPromotion = plan.mode === 'promote' && action.kind === 'update';
	// What stops before its successor starts is replaced after all other candidates are ready.
	const isStoppedFirst = !isPromotion && !isBesideServing(plan, action);
	const before = [...joined, ...(isPromotion ? [] : dependsOn)];
	const first: Step = {
		id: candidateId(address),
		task: isPromotion ? 'check candidate' : isStoppedFirst ? 'replace stop-first' : 'start candidate',
		name,
		address,
		isFirst: true,
		isLast: false,
		dependsOn: isStoppedFirst ? [...before, ...candidates] : before,
	};
	const last: Step = {
		id: address,
		task: plan.isHold ? 'hold candidate' : 'retire previous',
		name,
		address,
		isFirst: false,
		isLast: true,
		// All candidates or none: a held deploy is promoted as a whole.
		dependsOn: plan.isHold ? candidates : [after],
	};
	return [first, last];
}

/**
 * The steps of one action on a service, its candidate or its release command.
 * @param candidates ids of the steps that start a candidate beside an active deployment
 * @param after id of the step after which previous deployments are not needed any more
 */
export function serviceSteps(plan: Plan, action: Action, candidates: readonly string[], after: string): Step[] {
	const {address, kind, object, dependsOn} = action;
	if (object === 'release') return [onlyStep(action, 'run release command', [...joined, ...dependsOn])];
	if (address.startsWith('candidate.')) return [onlyStep(action, 'discard candidate')];
	// After the watch: a rolled back switch keeps it serving.
	if (kind === 'delete') return [onlyStep(action, 'retire service', [after])];
	// Finished last, with everything else; see `finishingSteps`.
	if (kind === 'update' && plan.mode === 'rollback') return [];
	if (kind === 'update' && plan.mode !== 'promote')
		return [onlyStep(action, 'start service', [...joined, ...dependsOn])];
	if (kind !== 'adopt') return candidateSteps(plan, action, candidates, after);
	if (!makesContainer(action)) return [onlyStep(action, 'stop adopted')];
	const steps = candidateSteps(plan, action, candidates, after).map(step => ({...step, isLast: false}));
	const adopted: Step = {...onlyStep(action, 'stop adopted', [address]), id: `${address} adopted`, isFirst: false};
	return [...steps, adopted];
}
