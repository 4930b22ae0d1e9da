import {serviceAddress} from '../../model/address.ts';
import {publish} from '../../router/router.ts';
import type {Deployment, RoutesRecord, State} from '../../state/state.ts';
import {describeFailure} from '../containers.ts';
import {type ApplyContext, notice, progress} from '../context.ts';
import {patchDeployment, type Switch} from '../deployments.ts';
import {operate} from '../operation.ts';
import {describeTable} from '../route-table.ts';
import {StepError} from '../step-error.ts';

type Watched = {
	readonly switched: Switch;
	/** Service → deployment that served before. */
	readonly former: Readonly<Record<string, Deployment>>;
	/** What the router served before. */
	readonly formerRoutes: RoutesRecord | null;
};

/** The first of the new deployments whose container ends within the time; undefined when all stay up. */
async function firstToEnd(context: ApplyContext, {switched}: Watched): Promise<Deployment | undefined> {
	const {engine, settings, state} = context;
	const time = AbortSignal.any([context.signal, AbortSignal.timeout(settings.minHealthyMs)]);
	const waits = Object.values(switched).flatMap(id => {
		const deployment = state.current().deployments[id];
		if (!deployment?.containerId) return [];
		const {containerId} = deployment;
		return engine.wait(containerId, time).then(
			() => deployment,
			(error: unknown) => {
				if (time.aborted) return undefined;
				throw error;
			},
		);
	});
	const isUp = new Promise<undefined>(resolve => {
		time.addEventListener('abort', () => resolve(undefined), {once: true});
	});
	return Promise.race([isUp, ...waits.map(wait => wait.then(ended => ended ?? isUp))]);
}

function switchedBack(state: State, {switched, former, formerRoutes}: Watched, crashed: string): State {
	let next: State = {...state, routes: formerRoutes ?? state.routes};
	const completedAt = new Date().toISOString();
	for (const [service, id] of Object.entries(switched)) {
		const before = former[service];
		if (!before) continue;
		next = patchDeployment(next, id, {stage: 'rolled_back', status: 'failed', completedAt});
		next = patchDeployment(next, before.id, {stage: 'active', status: 'succeeded'});
		next = {...next, active: {...next.active, [service]: before.id}};
		if (id !== crashed) {
			const failure = {message: 'rolled back together with a deployment that crashed', lastLines: []};
			next = patchDeployment(next, id, {failure});
		}
	}
	return next;
}

/**
 * Watches the new deployments for a moment after the switch (setting `minHealthyMs`). When one of them crashes, the
 * whole switch is taken back: the former deployments still run, so no request is lost by it.
 */
export async function watchDeployments(context: ApplyContext, watched: Watched): Promise<void> {
	const {engine, router, settings, state, signal} = context;
	const {switched, former} = watched;
	if (Object.keys(former).length === 0 || settings.minHealthyMs === 0) return;
	for (const service of Object.keys(switched))
		progress(context, serviceAddress(service), `serving, watched for ${settings.minHealthyMs / 1000} s`);
	const crashed = await firstToEnd(context, watched);
	if (!crashed) return;
	const message = `${crashed.service} crashed right after the switch`;
	const failure = await describeFailure(context, crashed.containerId, message);
	await state.update(current => patchDeployment(current, crashed.id, {failure}));
	if (!former[crashed.service]) throw new StepError(failure);
	await operate(context, {
		address: 'routes',
		intent: {
			type: 'switch',
			deployments: Object.fromEntries(Object.entries(former).map(([service, {id}]) => [service, id])),
		},
		async run() {
			for (const {kind, containerId} of Object.values(former))
				if (kind === 'worker' && containerId) await engine.start(containerId);
			await publish(engine, router, describeTable(switchedBack(state.current(), watched, crashed.id)), {signal});
		},
		record: current => switchedBack(current, watched, crashed.id),
	});
	notice(context, 'warning', `${message}: the former deployment serves again`);
	for (const [service, id] of Object.entries(switched)) {
		const containerId = state.current().deployments[id]?.containerId;
		if (former[service] && containerId) await engine.stop(containerId, settings.stopGraceSeconds);
	}
	throw new StepError({...failure, message: `${message}; the former deployment serves again`});
}
