import {untilAnswered} from '../../engine/until-answered.ts';
import {routesAddress, serviceAddress} from '../../model/address.ts';
import {runsNow} from '../../model/container-state.ts';
import {isStopFirst} from '../../model/kinds.ts';
import {publish} from '../../router/router.ts';
import {patchDeployment, type Switch} from '../../state/deployments.ts';
import {networksAfter} from '../../state/networks.ts';
import {servesAnything} from '../../state/routes.ts';
import type {Deployment, RoutesRecord, State} from '../../state/state.ts';
import {describeFailure} from '../containers.ts';
import {type ApplyContext, notice, progress} from '../context.ts';
import {writeJournaled} from '../journaled.ts';
import {inTurn} from '../publish-state.ts';
import {describeTable} from '../route-table.ts';
import {StepError} from '../step-error.ts';
import {bringBack} from './bring-back.ts';
import {takeOutOfService} from './out-of-service.ts';

type Watched = {
	readonly switched: Switch;
	/** Service → deployment that was active before. */
	readonly previous: Readonly<Record<string, Deployment>>;
	/** What the router served before. */
	readonly previousRoutes: RoutesRecord | null;
};

function watchedOf({results: {ready, before}}: ApplyContext): Watched {
	const previous = Object.entries(before.deployments).filter(([service]) => ready[service] !== undefined);
	return {switched: ready, previous: Object.fromEntries(previous), previousRoutes: before.routes};
}

const containersOf = ({state}: ApplyContext, switched: Switch): Deployment[] =>
	Object.values(switched).flatMap(id => {
		const deployment = state.current().deployments[id];
		return deployment?.containerId === undefined ? [] : [deployment];
	});

type Ended = {readonly deployment: Deployment; readonly exitCode: number | undefined};

/** The first new deployment whose container exits within `minHealthyMs`; undefined when all stay up. */
async function firstToEnd(context: ApplyContext, deployments: readonly Deployment[]): Promise<Ended | undefined> {
	const {engine, settings, signal} = context;
	const time = AbortSignal.any([signal, AbortSignal.timeout(settings.minHealthyMs)]);
	const stayedUp = new Promise<undefined>(resolve => {
		time.addEventListener('abort', () => resolve(undefined), {once: true});
	});
	const waits = deployments.map(deployment =>
		untilAnswered(() => engine.wait(deployment.containerId!, time), time).then(
			exitCode => ({deployment, exitCode}),
			(error: unknown) => {
				if (time.aborted) return stayedUp;
				throw error;
			},
		),
	);
	const ended = await Promise.race([stayedUp, ...waits]);
	return ended ?? (signal.aborted ? undefined : findRestarted(context, deployments));
}

/** A deployment whose container ended before the watch began, so that the engine has restarted it or will. */
async function findRestarted(
	{engine, run}: ApplyContext,
	deployments: readonly Deployment[],
): Promise<Ended | undefined> {
	const details = await Promise.all(deployments.map(({containerId}) => engine.inspectContainer(containerId!)));
	const index = details.findIndex(
		// A held candidate may have restarted while it was held.
		(found, at) => found && (!runsNow(found) || (deployments[at]!.run === run && found.restartCount > 0)),
	);
	const deployment = deployments[index];
	return deployment && {deployment, exitCode: details[index]?.exitCode};
}

function switchedBack(state: State, {switched, previous, previousRoutes}: Watched, crashed: string): State {
	const networks = networksAfter(
		state,
		Object.values(previous).map(({id}) => id),
	);
	let next: State = {...state, networks, routes: previousRoutes ?? state.routes};
	const completedAt = new Date().toISOString();
	const active: Record<string, string> = {...state.active};
	for (const [service, id] of Object.entries(switched)) {
		const before = previous[service];
		delete active[service];
		if (before) active[service] = before.id;
		if (before) next = patchDeployment(next, before.id, {stage: 'active', status: 'succeeded'});
		const failure = {message: 'rolled back with a deployment that crashed', lastLines: []};
		const why = id === crashed ? {} : {failure};
		next = patchDeployment(next, id, {stage: 'rolled_back', status: 'failed', completedAt, ...why});
	}
	return {...next, active};
}

/** Restarts the previous deployments that were stopped first, after the new ones have stopped. */
async function swapStopped(context: ApplyContext, {switched, previous}: Watched): Promise<void> {
	const {engine, settings} = context;
	for (const {containerId} of containersOf(context, switched).filter(isStopFirst))
		await engine.stop(containerId!, settings.stopGraceSeconds);
	const {deployments} = context.state.current();
	for (const [service, deployment] of Object.entries(previous))
		if (isStopFirst(deployments[switched[service]!]!)) await bringBack(context, deployment);
}

/**
 * Watches the new deployments for `minHealthyMs` after the switch. If one crashes, the whole switch is rolled back. Previous
 * deployments still run, so no request is lost, except those that were stopped first. A service without a previous deployment is not served then, as before.
 */
export async function watchDeployments(context: ApplyContext): Promise<void> {
	const {engine, router, settings, state, signal} = context;
	const watched = watchedOf(context);
	const {switched, previous} = watched;
	const deployments = containersOf(context, switched);
	if (Object.keys(previous).length === 0 || deployments.length === 0 || settings.minHealthyMs === 0) return;
	for (const {service} of deployments)
		progress(context, serviceAddress(service), `active, watched for ${settings.minHealthyMs / 1000} s`);
	const {idle = wait => wait()} = context;
	const ended = await idle(() => firstToEnd(context, deployments));
	if (!ended) return;
	const crashed = ended.deployment;
	const outcome = previous[crashed.service]
		? 'rolled back to the previous deployment'
		: 'the whole switch was rolled back';
	const message = `${crashed.service} crashed right after the switch; ${outcome}`;
	const isUnrouted = !servesAnything(state.current().routes) && !servesAnything(watched.previousRoutes);
	const previousIds = Object.entries(previous).map(([service, {id}]) => [service, id]);
	const change = () =>
		writeJournaled(context, {
			address: routesAddress,
			intent: {type: 'switch', deployments: Object.fromEntries(previousIds), ...(isUnrouted && {isUnrouted})},
			isRepeatable: true,
			async run() {
				await swapStopped(context, watched);
				if (isUnrouted) return;
				await publish(engine, router, describeTable(switchedBack(state.current(), watched, crashed.id)), {signal});
			},
			record: current => switchedBack(current, watched, crashed.id),
		});
	const switchBack = inTurn(context, change);
	// Read at once: after a restart by the engine, the log no longer shows why it crashed.
	const [described] = await Promise.all([describeFailure(context, crashed.containerId, message), switchBack]);
	notice(context, 'warning', message);
	// Requests from before the rollback are still in flight to the new deployments.
	await Promise.all(deployments.map(deployment => takeOutOfService(context, deployment)));
	const failure = {...described, exitCode: described.exitCode ?? ended.exitCode};
	await state.update(current => patchDeployment(current, crashed.id, {failure}));
	throw new StepError(failure, serviceAddress(crashed.service));
}
