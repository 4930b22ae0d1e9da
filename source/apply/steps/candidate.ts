import {replaceShell} from '../../build/detect/shell-command.ts';
import {staticPort} from '../../build/detect/static-server.ts';
import {messageOf, UserError} from '../../errors.ts';
import {failpoint} from '../../failpoints.ts';
import {serviceAddress} from '../../model/address.ts';
import {newId} from '../../model/ids.ts';
import {labels, labelsOf} from '../../model/labels.ts';
import {environmentNetworkName, meshNetworkName, serviceContainerName} from '../../model/names.ts';
import {specHash} from '../../model/spec-hash.ts';
import {pickAddress} from '../../model/subnets.ts';
import type {PlannedDeployment} from '../../plan/plan.ts';
import {isRouted, isRunning} from '../../plan/services.ts';
import type {Deployment, DeploymentFailure, State} from '../../state/state.ts';
import {isOwnReference} from '../clean-up-images.ts';
import {describeFailure, followLogs} from '../containers.ts';
import {type ApplyContext, progress} from '../context.ts';
import {patchDeployment, withDeployment} from '../deployments.ts';
import {withFingerprints} from '../known-values.ts';
import {operate} from '../operation.ts';
import {awaitService, awaitWorker} from '../readiness.ts';
import {secretFileParts} from '../secret-files.ts';
import {StepError} from '../step-error.ts';
import {removeOldContainers} from './retire.ts';

/** What a service's container may do (contract 4.5). */
export const serviceCapabilities = ['CHOWN', 'NET_BIND_SERVICE', 'SETGID', 'SETUID'] as const;

/** Port of a service that says nothing and whose image exposes nothing (contract 4.5). */
const defaultPort = 3000;

// Reserved until the state tells: two candidates must not get one address. Per apply, not per process.
const reservations = new WeakMap<ApplyContext, Set<string>>();

function reserveAddress(context: ApplyContext): string {
	const state = context.state.current();
	const reserved = reservations.get(context) ?? new Set<string>();
	reservations.set(context, reserved);
	const inUse = Object.values(state.deployments)
		.filter(
			({id, service, stage}) => state.active[service] === id || stage === 'candidate' || stage === 'draining_previous',
		)
		.map(({address}) => address)
		.filter(address => address !== undefined);
	const subnet = state.networks!.environment.subnet;
	const address = pickAddress(subnet, new Set([...reserved, ...inUse]));
	if (!address)
		throw new UserError(`no fixed address is free in the environment's network ${subnet}`, {
			hint: 'compartment destroy (volumes stay), then compartment apply: the network is made anew, large enough',
		});
	reserved.add(address);
	return address;
}

async function imageOf(context: ApplyContext, {service, type, image: planned}: PlannedDeployment) {
	const {engine, state} = context;
	const {id, reference, key} =
		planned.id === null ? recordedImage(state.current(), service) : {...planned, id: planned.id};
	const image = await engine.findImage(id);
	if (!image) throw new UserError(`the image of service ${service} is gone`, {hint: 'compartment apply --rebuild'});
	if (type === 'promote') {
		// A prebuilt image keeps the name it has, which is not ours to move.
		if (isOwnReference(reference, state.current())) await engine.tagImage(id, reference);
		const record = {key, reference, imageId: id, builder: 'promoted', builtAt: new Date().toISOString()};
		await state.update(current => ({...current, images: {...current.images, [service]: record}}));
	}
	return {image, reference, key};
}

// The image step of this apply has recorded it.
function recordedImage(state: State, service: string): {id: string; reference: string; key: string} {
	const {imageId, reference, key} = state.images[service]!;
	return {id: imageId, reference, key};
}

/** What every container of a service is told about itself (decisions.md "Deploy order"). */
export const containerVariables = (
	{project, environment}: Pick<State, 'project' | 'environment'>,
	{service, id, port}: Deployment,
): Record<string, string> => ({
	PORT: String(port),
	COMPARTMENT_PROJECT_NAME: project,
	COMPARTMENT_ENVIRONMENT_NAME: environment,
	COMPARTMENT_SERVICE_NAME: service,
	COMPARTMENT_DEPLOYMENT_ID: id,
});

/** What a deployment's container gets as its environment, the secrets resolved. */
export async function containerEnv(context: ApplyContext, deployment: Deployment): Promise<Record<string, string>> {
	const {plan, secrets} = context;
	return {...(await secrets.resolveEnv(deployment.spec.env, plan.desired)), ...containerVariables(plan, deployment)};
}

/** Records a new attempt to run a service; nothing runs yet. */
export async function openDeployment(context: ApplyContext, planned: PlannedDeployment): Promise<Deployment> {
	const {plan, run, label} = context;
	const {service, kind, type, readiness, schedule, rules} = planned;
	const {image, reference, key} = await imageOf(context, planned);
	const id = newId('dpl');
	const spec = withFingerprints(planned.spec, plan.desired, context.state.current());
	const deployment: Deployment = {
		id,
		run,
		service,
		kind,
		status: 'running',
		stage: 'starting_candidate',
		type,
		label,
		spec,
		readiness,
		schedule,
		imageId: image.id,
		imageReference: reference,
		imageKey: key,
		containerName: serviceContainerName(plan.project, plan.environment, service, id),
		address: isRunning(kind) ? reserveAddress(context) : undefined,
		port: spec.port ?? (kind === 'static' ? staticPort : image.exposedPorts[0]) ?? defaultPort,
		routes: rules,
		createdAt: new Date().toISOString(),
	};
	await context.state.update(state => withDeployment(state, deployment));
	failpoint('candidate.after-open');
	return deployment;
}

/** What a deployment's container runs, and the files in memory that its secrets become. */
async function containerCommand({engine}: ApplyContext, {spec, imageId, service}: Deployment) {
	const image = await engine.findImage(imageId);
	if (!image) throw new UserError(`the image of service ${service} is gone`, {hint: 'compartment apply --rebuild'});
	// The last program takes the shell's place, so that a stop signal reaches it.
	const own = spec.command === undefined ? {} : {entrypoint: ['/bin/sh', '-c'], command: [replaceShell(spec.command)]};
	return secretFileParts(spec, image, own);
}

/** Starts the container of a deployment. `hasName`: it takes the service's name for its siblings at once. */
async function runDeployment(
	context: ApplyContext,
	{hosts}: PlannedDeployment,
	deployment: Deployment,
	hasName: boolean,
): Promise<string> {
	const {plan, engine} = context;
	const {project, environment, lineage} = plan;
	const {spec, service} = deployment;
	const address = serviceAddress(service);
	const env = await containerEnv(context, deployment);
	const parts = await containerCommand(context, deployment);
	return operate(context, {
		address,
		intent: {type: 'run-candidate', deployment: deployment.id, containerName: deployment.containerName},
		run: op => {
			const object = {lineage, project, environment, address, deployment: deployment.id, spec: specHash(spec), op};
			return engine.run({
				name: deployment.containerName,
				image: deployment.imageId,
				labels: {...labelsOf(object), ...(hosts.length > 0 ? {[labels.hosts]: hosts.join(',')} : {})},
				...parts,
				env: {...env, ...parts.env},
				attachments: [
					{network: environmentNetworkName(project, environment), address: deployment.address},
					{network: meshNetworkName(project, environment), aliases: hasName ? [service] : []},
				],
				restart: spec.restart,
				limits: spec.limits,
				capabilities: serviceCapabilities,
				stopGraceSeconds: context.settings.stopGraceSeconds,
			});
		},
		record: (state, containerId) => patchDeployment(state, deployment.id, {containerId, stage: 'checking_readiness'}),
	});
}

/** Records why an attempt failed, and stops what it left; the container stays for inspection. */
export async function failDeployment(
	context: ApplyContext,
	{id, service}: Deployment,
	failure: DeploymentFailure,
): Promise<void> {
	const {engine, settings, state} = context;
	const completedAt = new Date().toISOString();
	const {deployments} = await state.update(current =>
		patchDeployment(current, id, {status: 'failed', completedAt, failure}),
	);
	const containerId = deployments[id]?.containerId;
	if (containerId) await engine.stop(containerId, settings.stopGraceSeconds);
	await removeOldContainers(context, service);
}

/**
 * Runs a new deployment of a service beside the serving one and waits until it is ready. One that does not become
 * ready is stopped and kept for inspection; its StepError tells what happened.
 * @param opened the deployment, when its release command has opened it already
 */
export async function startCandidate(
	context: ApplyContext,
	planned: PlannedDeployment,
	opened?: Deployment,
): Promise<Deployment> {
	const {state} = context;
	const address = serviceAddress(planned.service);
	const deployment = opened ?? (await openDeployment(context, planned));
	const {id, kind} = deployment;
	const logs = new AbortController();
	let containerId: string | undefined;
	try {
		if (isRunning(kind)) {
			progress(context, address, 'starting');
			const hasName = state.current().active[planned.service] === undefined;
			containerId = await runDeployment(context, planned, deployment, hasName);
			followLogs(context, address, containerId, logs.signal);
			const target = {address, containerId, host: deployment.address!};
			const readiness = isRouted(kind)
				? await awaitService(context, target, deployment.port!, deployment.readiness)
				: await awaitWorker(context, containerId);
			if (!readiness.isReady)
				throw new StepError(await describeFailure(context, containerId, readiness.message, readiness.lastProbe));
		}
	} catch (error) {
		const failure =
			error instanceof StepError
				? error.failure
				: await describeFailure(context, containerId, context.secrets.mask(messageOf(error)));
		await failDeployment(context, deployment, failure);
		throw error instanceof StepError ? error : new StepError(failure);
	} finally {
		logs.abort();
	}
	const ready = await state.update(current => patchDeployment(current, id, {stage: 'candidate'}));
	failpoint('candidate.after-ready');
	return ready.deployments[id]!;
}
