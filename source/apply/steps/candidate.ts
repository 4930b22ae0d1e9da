import {UserError} from '../../errors.ts';
import {newId} from '../../model/ids.ts';
import {labels, labelsOf} from '../../model/labels.ts';
import {environmentNetworkName, meshNetworkName, serviceContainerName} from '../../model/names.ts';
import {specHash} from '../../model/spec-hash.ts';
import type {DesiredService, ServiceSpec} from '../../model/specs.ts';
import {pickAddress} from '../../model/subnets.ts';
import {isRouted} from '../../plan/services.ts';
import type {Deployment} from '../../state/state.ts';
import {describeFailure, followLogs} from '../containers.ts';
import {type ApplyContext, progress} from '../context.ts';
import {patchDeployment, withDeployment} from '../deployments.ts';
import {withFingerprints} from '../known-values.ts';
import {operate} from '../operation.ts';
import {awaitService, awaitWorker} from '../readiness.ts';
import {StepError} from '../step-error.ts';
import {removeOldContainers} from './retire.ts';

/** What a service's container may do (contract 4.5). */
const capabilities = ['CHOWN', 'NET_BIND_SERVICE', 'SETGID', 'SETUID'] as const;

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

async function imageOf(context: ApplyContext, service: DesiredService) {
	const record = context.state.current().images[service.name];
	const planned = context.plan.images.find(image => image.service === service.name);
	const id = record?.imageId ?? planned?.imageId;
	const image = id ? await context.engine.findImage(id) : undefined;
	if (!image)
		throw new UserError(`the image of service ${service.name} is gone`, {hint: 'compartment apply --rebuild'});
	const {reference, key} = record ?? planned!;
	return {image, reference, key};
}

async function containerEnv(context: ApplyContext, deployment: Deployment): Promise<Record<string, string>> {
	const {plan, secrets} = context;
	return {
		...(await secrets.resolveEnv(deployment.spec.env, plan.desired)),
		PORT: String(deployment.port),
		COMPARTMENT_PROJECT_NAME: plan.project,
		COMPARTMENT_ENVIRONMENT_NAME: plan.environment,
		COMPARTMENT_SERVICE_NAME: deployment.service,
		COMPARTMENT_DEPLOYMENT_ID: deployment.id,
	};
}

/** Records a new attempt to run a service; nothing runs yet. */
export async function openDeployment(context: ApplyContext, service: DesiredService): Promise<Deployment> {
	const {plan, run, label} = context;
	const {image, reference, key} = await imageOf(context, service);
	const id = newId('dpl');
	const spec: ServiceSpec = withFingerprints(service.spec, plan.desired, context.state.current());
	const deployment: Deployment = {
		id,
		run,
		service: service.name,
		kind: service.kind,
		status: 'running',
		stage: 'starting_candidate',
		type: 'deploy',
		label,
		spec,
		readiness: service.readiness,
		imageId: image.id,
		imageReference: reference,
		imageKey: key,
		containerName: serviceContainerName(plan.project, plan.environment, service.name, id),
		address: reserveAddress(context),
		port: spec.port ?? image.exposedPorts[0] ?? defaultPort,
		routes: plan.desired.routes.filter(rule => rule.on === service.name),
		createdAt: new Date().toISOString(),
	};
	await context.state.update(state => withDeployment(state, deployment));
	return deployment;
}

/** Starts the container of a deployment. `hasName`: it takes the service's name for its siblings at once. */
export async function runDeployment(
	context: ApplyContext,
	service: DesiredService,
	deployment: Deployment,
	hasName: boolean,
): Promise<string> {
	const {plan, engine} = context;
	const {project, environment, lineage} = plan;
	const env = await containerEnv(context, deployment);
	const {spec} = deployment;
	return operate(context, {
		address: service.address,
		intent: {type: 'run-candidate', deployment: deployment.id, containerName: deployment.containerName},
		run: op => {
			const object = {lineage, project, environment, address: service.address};
			const own = labelsOf({...object, deployment: deployment.id, spec: specHash(spec), op});
			return engine.run({
				name: deployment.containerName,
				image: deployment.imageId,
				labels: service.hosts.length > 0 ? {...own, [labels.hosts]: service.hosts.join(',')} : own,
				entrypoint: spec.command === undefined ? undefined : ['/bin/sh', '-c'],
				command: spec.command === undefined ? undefined : [spec.command],
				env,
				attachments: [
					{network: environmentNetworkName(project, environment), address: deployment.address},
					{network: meshNetworkName(project, environment), aliases: hasName ? [service.name] : []},
				],
				restart: spec.restart,
				limits: spec.limits,
				capabilities,
				stopGraceSeconds: context.settings.stopGraceSeconds,
			});
		},
		record: (state, containerId) => patchDeployment(state, deployment.id, {containerId, stage: 'checking_readiness'}),
	});
}

/**
 * Runs a new deployment of a service beside the serving one and waits until it is ready. One that does not become
 * ready is stopped and kept for inspection; its StepError tells what happened.
 */
export async function startCandidate(context: ApplyContext, service: DesiredService): Promise<Deployment> {
	const {engine, settings, state} = context;
	const deployment = await openDeployment(context, service);
	const logs = new AbortController();
	let containerId: string | undefined;
	try {
		progress(context, service.address, 'starting');
		const hasName = state.current().active[service.name] === undefined;
		containerId = await runDeployment(context, service, deployment, hasName);
		followLogs(context, service.address, containerId, logs.signal);
		const target = {address: service.address, containerId, host: deployment.address!};
		const readiness = isRouted(service.kind)
			? await awaitService(context, target, deployment.port!, service.readiness)
			: await awaitWorker(context, containerId);
		if (!readiness.isReady)
			throw new StepError(await describeFailure(context, containerId, readiness.message, readiness.lastProbe));
	} catch (error) {
		const failure =
			error instanceof StepError
				? error.failure
				: await describeFailure(context, containerId, error instanceof Error ? error.message : String(error));
		await state.update(current =>
			patchDeployment(current, deployment.id, {status: 'failed', completedAt: new Date().toISOString(), failure}),
		);
		if (containerId) await engine.stop(containerId, settings.stopGraceSeconds);
		await removeOldContainers(context, service.name);
		throw error instanceof StepError ? error : new StepError(failure);
	} finally {
		logs.abort();
	}
	const ready = await state.update(current => patchDeployment(current, deployment.id, {stage: 'candidate'}));
	return ready.deployments[deployment.id]!;
}
