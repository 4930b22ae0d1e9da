import type {Observed, ReadonlyEngine} from '../engine/engine.ts';
import {resourceHost} from '../model/names.ts';
import type {ResourceStatus, ServiceStatus, StatusReport} from '../output/status/status-report.ts';
import {deploymentHealth, resourceHealth, serviceHealth} from '../plan/health.ts';
import {isRouterUsed} from '../plan/router-use.ts';
import type {Vitals} from '../plan/vitals.ts';
import type {RouterOptions} from '../router/router.ts';
import type {Settings} from '../settings/settings.ts';
import {heldCandidates} from '../state/deployments.ts';
import type {Deployment, State} from '../state/state.ts';
import {addressOf, needsForwarding} from '../state/urls.ts';

type Input = {
	readonly state: State;
	readonly observed: Observed;
	readonly vitals: Vitals;
	readonly router: RouterOptions;
	readonly routerState: 'missing' | 'running' | 'stopped' | 'foreign';
	readonly settings: Settings;
	readonly engine: Pick<ReadonlyEngine, 'isLocal'>;
	/** Null means all. */
	readonly services: readonly string[] | null;
};

const newestFirst = (a: Deployment, b: Deployment): number => (a.id < b.id ? 1 : -1);

function describeService(input: Input, name: string): ServiceStatus {
	const {state, settings, engine} = input;
	const attempts = Object.values(state.deployments)
		.filter(({service}) => service === name)
		.sort(newestFirst);
	const active = state.deployments[state.active[name] ?? ''];
	const newest = attempts[0]!;
	const held = heldCandidates(state)[name];
	const url = (active && addressOf(state, name, settings)) ?? null;
	const hasFailed = newest.status === 'failed' && newest.id !== active?.id;
	return {
		name,
		kind: newest.kind,
		health: serviceHealth(input, name),
		stage: active?.stage ?? null,
		deployment: active?.id ?? null,
		createdAt: active ? Date.parse(active.createdAt) : null,
		url,
		...(url !== null && needsForwarding(url, engine) ? {needsForwarding: true as const} : {}),
		accessMode: state.routes?.access[name] ?? null,
		image: active?.imageReference,
		candidate: held && {
			deployment: held.id,
			createdAt: Date.parse(held.createdAt),
			health: deploymentHealth(input, held),
		},
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

const describeResources = (input: Input): ResourceStatus[] =>
	Object.values(input.state.resources).map(record => ({
		name: record.name,
		health: resourceHealth(input, record),
		host: resourceHost(input.state.project, input.state.environment, record.name),
		image: record.spec.image,
	}));

/** The status of one environment: its deployments and resources with their health. */
export function createStatusReport(input: Input): StatusReport {
	const {state, router, routerState, services} = input;
	const kept = Object.values(state.deployments).filter(({status}) => status !== 'stopped');
	const names = [...new Set([...Object.keys(state.active), ...kept.map(({service}) => service)])]
		.filter(name => services === null || services.includes(name))
		.sort();
	return {
		project: state.project,
		environment: state.environment,
		services: names.map(name => describeService(input, name)),
		resources: services === null ? describeResources(input) : [],
		router: {
			status: routerState === 'foreign' ? 'missing' : routerState,
			listen: `${router.listen}:${router.port}`,
			isUsed: isRouterUsed(state),
		},
	};
}
