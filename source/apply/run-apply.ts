import {runsNow} from '../model/container-state.ts';
import {resourceHost} from '../model/names.ts';
import {usualParallelism} from '../parallelism.ts';
import {busyActions, signOf} from '../plan/plan.ts';
import {keepProber} from '../router/prober.ts';
import {openRunLog} from '../state/run-log.ts';
import {addressOf, needsForwarding} from '../state/urls.ts';
import {assertReadable} from './assert-readable.ts';
import {type ApplyContext, notice} from './context.ts';
import type {ApplyResult} from './events.ts';
import {buildGraph} from './graph/build-graph.ts';
import {runStep} from './graph/run-step.ts';
import {runSteps} from './graph/scheduler.ts';
import {lookAgain} from './look-again.ts';
import {settleUnknown} from './recovery/settle-unknown.ts';
import {settleRotations} from './resource-rotation.ts';
import {noResults} from './results.ts';
import {createSecretReader} from './secret-reader.ts';
import type {Session} from './session.ts';
import {giveBackStopped} from './steps/adopted-containers.ts';
import {discardCandidates} from './steps/retire-deployment.ts';
import {cancelled, trackActions} from './track-actions.ts';

type RunOptions = {
	readonly parallelism: number;
};

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
	const {plan, settings, state, engine} = context;
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
				const isElsewhere = url !== undefined && needsForwarding(url, engine);
				return url === undefined
					? []
					: [{service: name, url, accessMode, ...(isElsewhere ? {needsForwarding: true as const} : {})}];
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
	environment.engine.admit({containers: plan.adoption?.containers.map(({id}) => id)});
	const context = {...environment, results: noResults(environment.state.current()), images: new Map()};
	const steps = busyActions(plan).map(action => {
		const {address, kind, reasons, dependsOn} = action;
		return {address, kind, sign: signOf(action), reason: reasons[0] ?? '', dependsOn};
	});
	emit({type: 'apply-started', at: startedAt, run, steps});
	const graph = buildGraph(plan);
	const tracker = trackActions(context, graph);
	const releaseProber = keepProber(context.engine);
	const outcomes = await runSteps(graph, {
		parallelism: options.parallelism,
		isStopping: () => context.stopping.aborted,
		run: (step, idle) => tracker.track(step, () => runStep({...context, idle}, step)),
		...tracker,
	}).finally(releaseProber);
	await abandonStaged(context);
	const isCancelled = context.stopping.aborted;
	const areDone = [...outcomes.values()].every(outcome => outcome === 'done');
	// The unrecorded write may be the switch: only recovery can find out what serves.
	if (tracker.hasUnknown() && plan.mode !== 'destroy') await settleUnknown(context);
	if (!areDone) await giveBackStopped(context);
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

/** What a session does not have of what an apply works with. */
type Prepared = Pick<ApplyContext, 'plan' | 'project' | 'router' | 'settings' | 'directory'> & {
	readonly session: Session;
};

type PreparedOptions = Pick<
	ApplyContext,
	'builds' | 'found' | 'limitBuilds' | 'earlyBuilds' | 'label' | 'emit' | 'stopping' | 'signal'
> & {
	readonly parallelism?: number | undefined;
};

/** Runs the plan, and writes each event to the log of the run as well. */
type Run = (options: PreparedOptions) => Promise<ApplyResult>;

/**
 * Prepares the apply of a plan in a session, for commands and the agent.
 * @throws UserError when a secret that the plan needs cannot be read; nothing has changed then
 */
export async function prepareRun({session, ...prepared}: Prepared): Promise<Run> {
	const {engine, state, journal, run} = session;
	const secrets = createSecretReader(state.current);
	await assertReadable(prepared.plan, state.current(), secrets);
	return async ({emit, parallelism = usualParallelism, ...options}) => {
		const log = openRunLog(prepared.directory, run);
		const result = await runApply(
			{
				...prepared,
				...{engine, state, journal, run, secrets},
				...options,
				emit(event) {
					log.write(event);
					emit(event);
				},
			},
			{parallelism},
		);
		await log.close();
		return result;
	};
}
