import {CancelledError, hintOf, isOutcomeUnknown, messageOf} from '../errors.ts';
import {routesAddress} from '../model/address.ts';
import {runsNow} from '../model/container-state.ts';
import {resourceHost} from '../model/names.ts';
import {busyActions, signOf} from '../plan/plan.ts';
import {renderHint} from '../render-hint.ts';
import {keepProber} from '../router/prober.ts';
import {addressOf} from '../state/urls.ts';
import {type ApplyContext, notice} from './context.ts';
import type {ApplyEvent, ApplyResult} from './events.ts';
import {buildGraph} from './graph/build-graph.ts';
import {runStep} from './graph/run-step.ts';
import {runSteps} from './graph/scheduler.ts';
import type {Idle} from './graph/slots.ts';
import {type Step, watchId} from './graph/step.ts';
import {lookAgain} from './look-again.ts';
import {settleUnknown} from './recovery/settle-unknown.ts';
import {settleRotations} from './resource-rotation.ts';
import {noResults} from './results.ts';
import {StepError} from './step-error.ts';
import {discardCandidates} from './steps/retire-deployment.ts';

const cancelled = 'the apply was cancelled';

type RunOptions = {
	readonly parallelism: number;
};

/** Turns the steps of the graph into events and counts, one per action, however many steps it takes. */
function trackActions(context: ApplyContext) {
	const {emit} = context;
	const startedAt = new Map<string, number>();
	const counts = {done: 0, failed: 0, skipped: 0};
	const settled = new Set<string>();
	const elapsed = (address: string) => Date.now() - (startedAt.get(address) ?? Date.now());
	let hasUnknown = false;
	let firstFailure: {readonly address: string; readonly isAfterSwitch: boolean} | undefined;
	const settle = (address: string, outcome: keyof typeof counts): boolean => {
		if (settled.has(address)) return false;
		settled.add(address);
		counts[outcome]++;
		return true;
	};
	const skip = (address: string, reason: string) => {
		if (settle(address, 'skipped')) emit({type: 'step-skipped', at: Date.now(), address, reason});
	};
	type Cause = Pick<Extract<ApplyEvent, {type: 'step-failed'}>, 'failure' | 'hint'>;
	const fail = (address: string, message: string, {failure, hint}: Cause = {}, isLate = false) => {
		if (isLate && settled.delete(address)) counts.done--;
		if (settle(address, 'failed'))
			emit({type: 'step-failed', at: Date.now(), address, durationMs: elapsed(address), message, hint, failure});
		// A failure after the action was done is still reported.
		else notice(context, 'warning', [`${address}: ${message}`, ...(hint === undefined ? [] : [` ${hint}`])]);
	};
	return {
		counts,
		/** Whether a step failed because the engine did not answer. */
		hasUnknown: () => hasUnknown,
		async run(step: Step, idle: Idle) {
			const {address, isFirst, isLast} = step;
			if (address && isFirst) {
				startedAt.set(address, Date.now());
				emit({type: 'step-started', at: Date.now(), address});
			}
			await runStep({...context, idle}, step);
			if (address && isLast && settle(address, 'done'))
				emit({type: 'step-done', at: Date.now(), address, durationMs: elapsed(address)});
		},
		onFail({id, address}: Step, error: unknown) {
			hasUnknown ||= isOutcomeUnknown(error);
			const stepError = error instanceof StepError ? error : undefined;
			const where = stepError?.address ?? address ?? routesAddress;
			if (error instanceof CancelledError) return skip(where, cancelled);
			firstFailure ??= {address: where, isAfterSwitch: id === watchId};
			const hint = hintOf(error);
			fail(where, context.secrets.mask(messageOf(error)), {
				failure: stepError?.failure,
				hint: hint && context.secrets.mask(renderHint(hint, {environment: context.plan.environment})),
			});
		},
		/** Fails an action that was done, because what it started has ended since. */
		onEnded({address, failure}: StepError) {
			fail(address!, context.secrets.mask(failure.message), {failure}, true);
		},
		onSkip({address}: Step, reason: 'cancelled' | 'dependency') {
			if (!address || settled.has(address)) return;
			// Without a failure, its dependencies were cancelled too.
			const failure = reason === 'cancelled' ? undefined : firstFailure;
			const why = failure ? `${failure.address} failed` : cancelled;
			if (!startedAt.has(address)) skip(address, why);
			else if (!failure) skip(address, `not switched, ${why}`);
			else fail(address, `${failure.isAfterSwitch ? 'rolled back' : 'not switched'}: ${why}`);
		},
	};
}

/** Services whose active container runs. After a success every one does; after a failure one may be gone. */
async function runningServices({engine, state}: ApplyContext, isComplete: boolean): Promise<ReadonlySet<string>> {
	const {active, deployments} = state.current();
	if (isComplete) return new Set(Object.keys(active));
	const running = Object.entries(active).map(async ([service, id]) => {
		const containerId = deployments[id]?.containerId;
		// An engine that does not answer leaves what is recorded.
		const runs = containerId && engine.inspectContainer(containerId).then(runsNow, () => true);
		return (await runs) ? [service] : [];
	});
	return new Set((await Promise.all(running)).flat());
}

/** What the result names besides counts (docs/rules.md, "Result of an apply"). */
async function describeResult(
	context: ApplyContext,
	isComplete: boolean,
): Promise<Pick<ApplyResult, 'mode' | 'environment' | 'urls' | 'resources' | 'keptVolumes'>> {
	const {plan, settings, state} = context;
	const {mode, environment} = plan;
	const {resources, volumes} = state.current();
	if (mode === 'destroy') return {mode, environment, urls: [], resources: [], keptVolumes: Object.keys(volumes)};
	const running = await runningServices(context, isComplete);
	return {
		mode,
		environment,
		keptVolumes: [],
		urls: plan.desired.services
			.filter(({name}) => mode !== 'stop' && running.has(name))
			.flatMap(({name, accessMode}) => {
				const url = addressOf(state.current(), name, settings);
				return url === undefined ? [] : [{service: name, url, accessMode}];
			}),
		resources: Object.keys(resources).map(name => ({name, host: resourceHost(plan.project, plan.environment, name)})),
	};
}

// The lineage is on disk before any object carries it: a crash must not leave objects of an unknown state. Every apply
// raises the serial, so that an older state is recognised by the objects that are newer than it.
async function claimEngine({engine, state, found}: Pick<ApplyContext, 'engine' | 'state' | 'found'>): Promise<void> {
	const id = found?.engineId ?? (await engine.info()).id;
	await state.update(current => ({...current, engine: id}));
}

/**
 * Drops a staged switch that was not reached. Staging may still be writing the access password to the state, which must not
 * happen after the session is closed; a second ctrl-c does not wait for it.
 */
async function abandonStaged({results, signal}: ApplyContext): Promise<void> {
	const abandoned = results.staged?.then(staged => staged?.commit.abandon());
	const stopped = new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), {once: true}));
	if (!signal.aborted) await Promise.race([abandoned, stopped]);
}

/** Carries out a plan and reports progress as events. Failures are in the result, not thrown. */
export async function runApply(environment: Omit<ApplyContext, 'results'>, options: RunOptions): Promise<ApplyResult> {
	const {plan, run, emit} = environment;
	const startedAt = Date.now();
	await claimEngine(environment);
	const context = {...environment, results: noResults(environment.state.current()), images: new Map()};
	const steps = busyActions(plan).map(action => {
		const {address, kind, reasons, dependsOn} = action;
		return {address, kind, sign: signOf(action), reason: reasons[0] ?? '', dependsOn};
	});
	emit({type: 'apply-started', at: startedAt, run, steps});
	const tracker = trackActions(context);
	const releaseProber = keepProber(context.engine);
	const outcomes = await runSteps(buildGraph(plan), {
		parallelism: options.parallelism,
		isStopping: () => context.stopping.aborted,
		...tracker,
	}).finally(releaseProber);
	await abandonStaged(context);
	const isCancelled = context.stopping.aborted;
	const areDone = [...outcomes.values()].every(outcome => outcome === 'done');
	// The unrecorded write may be the switch: only recovery can find out what serves.
	if (tracker.hasUnknown() && plan.mode !== 'destroy') await settleUnknown(context);
	if (!areDone && plan.mode !== 'destroy' && !context.journal.hasPending())
		await discardCandidates(context, isCancelled ? cancelled : 'another step of its deploy failed');
	const ended = await lookAgain(context);
	for (const error of ended) tracker.onEnded(error);
	const isComplete = areDone && ended.length === 0;
	if (plan.mode === 'rotate') await settleRotations({...context, say: message => notice(context, 'warning', message)});
	const outcome = isComplete ? 'done' : isCancelled && !areDone ? 'cancelled' : 'failed';
	const result: ApplyResult = {
		outcome,
		durationMs: Date.now() - startedAt,
		...tracker.counts,
		...(await describeResult(context, isComplete)),
	};
	emit({type: 'apply-finished', at: Date.now(), result});
	return result;
}
