import {serviceUrl} from '../apply/urls.ts';
import type {Observed, ObservedContainer} from '../engine/engine.ts';
import {resourceHost} from '../model/names.ts';
import type {ResourceStatus, ServiceStatus, StatusReport} from '../output/status.ts';
import {containerOf, resourceContainer} from '../plan/input.ts';
import {isRunning} from '../plan/services.ts';
import type {RouterOptions} from '../router/router.ts';
import type {Settings} from '../settings.ts';
import type {Deployment, State} from '../state/state.ts';

type Input = {
	readonly state: State;
	readonly observed: Observed;
	readonly router: RouterOptions;
	readonly routerState: 'missing' | 'running' | 'stopped' | 'foreign';
	readonly settings: Settings;
	/** Null means all. */
	readonly services: readonly string[] | null;
};

function healthOf(container: ObservedContainer | undefined): ServiceStatus['health'] {
	if (!container) return 'missing';
	if (container.state === 'running') return 'healthy';
	return container.state === 'restarting' ? 'unhealthy' : 'stopped';
}

const newestFirst = (a: Deployment, b: Deployment): number => (a.id < b.id ? 1 : -1);

function describeService({state, observed, settings}: Input, name: string): ServiceStatus {
	const attempts = Object.values(state.deployments)
		.filter(({service}) => service === name)
		.sort(newestFirst);
	const active = state.deployments[state.active[name] ?? ''];
	const newest = attempts[0]!;
	const host = Object.entries(state.routes?.hosts ?? {}).find(([, service]) => service === name)?.[0];
	const hasFailed = newest.status === 'failed' && newest.id !== active?.id;
	return {
		name,
		kind: newest.kind,
		health: !active ? 'none' : isRunning(active.kind) ? healthOf(containerOf(observed, active.id)) : 'idle',
		stage: active?.stage ?? null,
		deployment: active?.id ?? null,
		createdAt: active ? Date.parse(active.createdAt) : null,
		url: host && active ? serviceUrl(host, settings) : null,
		accessMode: state.routes?.access[name] ?? null,
		image: active?.imageReference,
		failedAttempt: hasFailed
			? {
					deployment: newest.id,
					stage: newest.stage,
					at: Date.parse(newest.createdAt),
					message: newest.failure?.message ?? 'failed',
				}
			: undefined,
	};
}

function describeResources({state, observed}: Input): ResourceStatus[] {
	return Object.values(state.resources).map(({name, containerName, status, spec}) => {
		const container = resourceContainer(observed, containerName);
		const live = !container ? 'missing' : container.state === 'running' ? 'running' : 'stopped';
		return {
			name,
			status: status === 'running' ? live : status,
			host: resourceHost(state.project, state.environment, name),
			image: spec.image,
		};
	});
}

/** What one environment looks like now: the state's deployments and what the engine says of their containers. */
export function createStatusReport(input: Input): StatusReport {
	const {state, router, routerState, services} = input;
	const names = [
		...new Set(Object.values(state.deployments).map(({service, status}) => (status === 'stopped' ? '' : service))),
	]
		.filter(name => name !== '' && (services === null || services.includes(name)))
		.sort();
	return {
		project: state.project,
		environment: state.environment,
		services: names.map(name => describeService(input, name)),
		resources: services === null ? describeResources(input) : [],
		router: {
			status: routerState === 'foreign' ? 'missing' : routerState,
			listen: `${router.listen}:${router.port}`,
		},
	};
}
