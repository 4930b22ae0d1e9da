import type {Project} from '../descriptor/project.ts';
import type {Observed} from '../engine/engine.ts';
import {byOurClock} from '../engine/engine-clock.ts';
import {resourceAddress, serviceAddress} from '../model/address.ts';
import type {Health} from '../model/health-facts.ts';
import type {AgentReport} from '../output/agent/agent-words.ts';
import {healthWord, restartsText, toneOf} from '../output/status/health-text.ts';
import {failedAtText} from '../output/status/stage-text.ts';
import type {ResourceStatus, ServiceStatus} from '../output/status/status-report.ts';
import {imageIdentity, imageOf, imageOfResource, type NamedImage, shortImage} from '../plan/image-attribute.ts';
import {resourceContainer} from '../plan/input.ts';
import type {Drift} from '../plan/plan.ts';
import type {Vitals} from '../plan/vitals.ts';
import {createStatusReport} from '../report/status.ts';
import {crashLoopAt} from '../state/crash-loop.ts';
import {activeDeployment, heldCandidates} from '../state/deployments.ts';
import type {Deployment, DeploymentFailure, State} from '../state/state.ts';
import type {CrashLoopView, EnvironmentView, Failure, ImageView, ObjectView} from '../ui/dashboard/data.ts';
import type {EngineConnection} from '../workspace/workspace.ts';
import {viewDeployments} from './deployment-state.ts';
import {type Pending, pendingText} from './pending.ts';

type Input = EngineConnection & {
	/** Undefined while compartment.yml cannot be read. */
	readonly project: Project | undefined;
	readonly name: string;
	/** Undefined before the first deployment. */
	readonly state: State | undefined;
	readonly observed: Observed;
	readonly vitals: Vitals;
	readonly routerState: 'missing' | 'running' | 'stopped' | 'foreign';
	/** When the engine answered, in milliseconds since the epoch. */
	readonly asOf: number | null;
	readonly pending: Pending;
	readonly agent: AgentReport | undefined;
	readonly drift: readonly Drift[];
	readonly problem: string | undefined;
};

/** An image as the dashboard shows it. */
const imageView = (image: NamedImage): ImageView => ({
	identity: imageIdentity(image),
	name: shortImage(image),
	at: image.origin?.builtAt === undefined ? null : Date.parse(image.origin.builtAt),
});

const exitLines = ({exitCode, isOutOfMemory}: Pick<DeploymentFailure, 'exitCode' | 'isOutOfMemory'>): string[] =>
	exitCode === undefined ? [] : [`exit code ${exitCode}${isOutOfMemory ? ', out of memory' : ''}`];

/** Why the agent leaves a service or resource alone. */
function viewCrashLoop(state: State, address: string): CrashLoopView | undefined {
	const crashLoop = crashLoopAt(state, address);
	if (!crashLoop) return undefined;
	const {at, cause, lastLines} = crashLoop;
	return {at: Date.parse(at), headlines: [cause, ...exitLines(crashLoop)], lines: lastLines};
}

/** Why a deployment failed, most important first. */
function viewFailure({id, createdAt, stage, failure}: Deployment): Failure {
	const {message = failedAtText(stage), lastProbe, lastLines = []} = failure ?? {};
	const code = exitLines(failure ?? {});
	return {
		deployment: id,
		at: Date.parse(createdAt),
		headlines: [message, ...(lastProbe === undefined ? [] : [`last probe: ${lastProbe}`]), ...code],
		lines: lastLines,
	};
}

// That an object hangs or crashes is shown as its state.
const messagesOf = (drift: readonly Drift[], address: string): string[] =>
	drift.filter(item => item.address === address && !item.isUnhealthy).map(({message}) => message);

const none: Health = {state: 'none', cause: null, restarts: 0, lastExit: null};

const healthView = (health: Health): Pick<ObjectView, 'state' | 'tone' | 'cause' | 'restarts'> => ({
	state: healthWord(health),
	tone: toneOf(health),
	cause: health.cause,
	restarts: restartsText(health),
});

/** What is declared and was never applied is created. */
const pendingOf = ({state, pending, project}: Input, address: string): string =>
	state ? pendingText(pending ?? [], address) : project ? '+' : '';

function serviceView(input: Input, name: string, status: ServiceStatus | undefined): ObjectView {
	const {project, state, drift} = input;
	const declared = project?.services.find(service => service.name === name);
	const address = serviceAddress(name);
	const attempt = status?.failedAttempt && state?.deployments[status.failedAttempt.deployment];
	const health = status?.health ?? none;
	const active = state && activeDeployment(state, name);
	return {
		address,
		kind: 'service',
		name,
		type: status?.kind ?? declared?.kind ?? 'service',
		...healthView(health),
		version: status?.deployment ?? null,
		image: active ? imageView(imageOf(active)) : null,
		since: status?.createdAt ?? null,
		url: status?.url ?? null,
		needsForwarding: status?.needsForwarding ?? false,
		asksPassword: status?.accessMode === 'authenticated',
		failure: attempt && viewFailure(attempt),
		crashLoop: state && viewCrashLoop(state, address),
		drift: messagesOf(drift, address),
		isHeld: state !== undefined && heldCandidates(state)[name] !== undefined,
		pending: pendingOf(input, address),
	};
}

function resourceView(input: Input, name: string, status: ResourceStatus | undefined): ObjectView {
	const {project, state, observed, vitals, drift} = input;
	const declared = project?.resources.find(resource => resource.name === name);
	const record = state?.resources[name];
	const health = status?.health ?? none;
	const container = record && resourceContainer(observed, record.containerName);
	const address = resourceAddress(name);
	return {
		address,
		kind: 'resource',
		name,
		type: declared?.preset ?? record?.declared?.preset ?? 'resource',
		...healthView(health),
		version: status?.image ?? null,
		image: record ? imageView(imageOfResource(record)) : null,
		since: container ? byOurClock(container.createdAt, vitals.clockOffsetMs) : null,
		url: null,
		needsForwarding: false,
		asksPassword: false,
		failure: undefined,
		crashLoop: state && viewCrashLoop(state, address),
		drift: messagesOf(drift, address),
		isHeld: false,
		pending: pendingOf(input, address),
	};
}

const routerTones = {running: 'good', stopped: 'bad', missing: 'bad', foreign: 'bad'} as const;

/** One environment of the dashboard: what is declared, what is deployed, and its health. */
export function viewEnvironment(input: Input): EnvironmentView {
	const {project, name, state, router, routerState, asOf, pending, agent, drift, problem} = input;
	const report = state && createStatusReport({...input, state, services: null});
	const names = (declared: readonly {readonly name: string}[], known: readonly {readonly name: string}[]) => [
		...new Set([...declared, ...known].map(each => each.name)),
	];
	const objects = [
		...names(project?.services ?? [], report?.services ?? []).map(each =>
			serviceView(
				input,
				each,
				report?.services.find(status => status.name === each),
			),
		),
		...names(project?.resources ?? [], report?.resources ?? []).map(each =>
			resourceView(
				input,
				each,
				report?.resources.find(status => status.name === each),
			),
		),
	];
	const isDeployed =
		state !== undefined && (Object.keys(state.active).length > 0 || Object.keys(state.resources).length > 0);
	return {
		name,
		isDeployed,
		problem,
		updatedAt: state ? Date.parse(state.updatedAt) : null,
		asOf,
		pending: pending?.length,
		objects,
		deployments: state ? viewDeployments(state) : [],
		router: report?.router.isUsed
			? {text: `${routerState} at ${router.listen}:${router.port}`, tone: routerTones[routerState]}
			: null,
		agent,
		drift: drift
			.filter(({address}) => !objects.some(object => object.address === address))
			.map(({address, message}) => `${address}: ${message}`),
	};
}
