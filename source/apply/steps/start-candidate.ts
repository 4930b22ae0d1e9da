import {replaceShell} from '../../build/recipes/shell-command.ts';
import type {Attachment, ContainerSpec} from '../../engine/engine.ts';
import {observeOwn} from '../../engine/own-engine.ts';
import {messageOf, UserError} from '../../errors.ts';
import {failpoint} from '../../failpoints.ts';
import {command} from '../../hint.ts';
import {serviceAddress} from '../../model/address.ts';
import {isRunning, isStopFirst} from '../../model/kinds.ts';
import {labels, labelsOf} from '../../model/labels.ts';
import {specHash} from '../../model/spec-hash.ts';
import type {PlannedDeployment} from '../../plan/plan.ts';
import {patchDeployment} from '../../state/deployments.ts';
import type {Deployment, DeploymentFailure, NetworkPair} from '../../state/state.ts';
import {describeFailure} from '../containers.ts';
import {type ApplyContext, progress} from '../context.ts';
import {findKnownImage} from '../images.ts';
import {writeJournaled} from '../journaled.ts';
import {needsInit} from '../own-init.ts';
import {deploymentLabel} from '../record-label.ts';
import {secretFileParts} from '../secret-files.ts';
import {containerEnv, containerParts, isAddressTaken, meshAttachment, serviceRestart} from '../service-container.ts';
import {StepError} from '../step-error.ts';
import {openDeployment} from './open-deployment.ts';
import {requireReady} from './require-ready.ts';
import {removeOldContainers} from './retire-deployment.ts';
import {announceCandidate} from './stage-switch.ts';

/** A deployment's command and secret files, and what its image decides. */
async function containerCommand(context: ApplyContext, {spec, imageId, service}: Deployment) {
	const image = await findKnownImage(context, imageId);
	if (!image)
		throw new UserError(`the image of service ${service} no longer exists`, {hint: command('apply', '--rebuild')});
	// `exec` replaces the shell, so that the program gets the stop signal.
	const own = spec.command === undefined ? {} : {entrypoint: ['/bin/sh', '-c'], command: [replaceShell(spec.command)]};
	const hasInit = needsInit(image, own, spec);
	return {...secretFileParts(spec, image, own), hasInit, imageLabels: image.labels};
}

/**
 * Creates and starts the container. If the engine still reserves the mesh address, attaches without a fixed one: siblings
 * use names.
 */
async function createAndStart(
	context: ApplyContext,
	deployment: string,
	mesh: Attachment,
	spec: ContainerSpec,
): Promise<string> {
	const {engine} = context;
	try {
		return await engine.run({...spec, attachments: [...spec.attachments, mesh]});
	} catch (error) {
		const [id] = isAddressTaken(error) ? await findContainers(context, deployment) : [];
		if (id === undefined) throw error;
		await engine.leave(id, mesh.network);
		await engine.join(id, {...mesh, address: undefined});
		await engine.start(id);
		return id;
	}
}

/** The networks that the containers of this apply join. */
const networksFor = ({results, state}: ApplyContext): NetworkPair => results.networks ?? state.current().networks!;

/**
 * Whether nothing else has the service's name in the mesh of its new deployment: it is the first, or its predecessor has
 * stopped, or the apply moves the environment to other networks. Then it gets the name at once.
 */
const isAlone = ({state, plan, results}: ApplyContext, planned: PlannedDeployment): boolean =>
	state.current().active[planned.service] === undefined ||
	(isStopFirst(planned) && !plan.isHold) ||
	results.networks !== undefined;

/** Starts the container of a deployment. With `hasName`, siblings reach it by the service's name at once. */
async function runDeployment(
	context: ApplyContext,
	{hosts}: PlannedDeployment,
	deployment: Deployment,
	hasName: boolean,
): Promise<string> {
	const {project, environment, lineage} = context.plan;
	const {spec, service} = deployment;
	const address = serviceAddress(service);
	const env = await containerEnv(context, deployment);
	const parts = await containerCommand(context, deployment);
	const networks = networksFor(context);
	return writeJournaled(context, {
		address,
		intent: {type: 'run-candidate', deployment: deployment.id, containerName: deployment.containerName},
		run: op => {
			const state = context.state.current();
			const {serial} = state;
			const {accessMode} = context.plan.desired.services.find(({name}) => name === service) ?? {};
			const record = deploymentLabel(state, deployment, {accessMode, isHeld: context.plan.isHold});
			const object = {
				lineage,
				project,
				environment,
				address,
				deployment: deployment.id,
				spec: specHash(spec),
				op,
				serial,
				record,
			};
			const {environment: network} = networks;
			return createAndStart(context, deployment.id, meshAttachment(networks, deployment, hasName), {
				name: deployment.containerName,
				...containerParts(context.state.current(), deployment),
				labels: {...labelsOf(object), ...(hosts.length > 0 ? {[labels.hosts]: hosts.join(',')} : {})},
				...parts,
				env: {...env, ...parts.env},
				attachments: [{network: network.name, address: deployment.address}],
				// No restarts before it is ready: its first exit is a failure.
				restart: {policy: 'no'},
				stopGraceSeconds: context.settings.stopGraceSeconds,
			});
		},
		record: (state, containerId) => patchDeployment(state, deployment.id, {containerId, stage: 'checking_readiness'}),
	});
}

async function findContainers({engine, state}: ApplyContext, deployment: string): Promise<string[]> {
	const {containers} = await observeOwn(engine, state.current(), {[labels.deployment]: deployment});
	return containers.map(({id}) => id);
}

/** Records why a deployment failed and kills its container, which is kept for inspection. */
export async function failDeployment(
	context: ApplyContext,
	{id, service}: Deployment,
	failure: DeploymentFailure,
): Promise<void> {
	const {engine, state} = context;
	const completedAt = new Date().toISOString();
	const {deployments} = await state.update(current =>
		patchDeployment(current, id, {status: 'failed', completedAt, failure}),
	);
	// It may run without having been recorded.
	const ids = deployments[id]?.containerId ? [deployments[id].containerId] : await findContainers(context, id);
	for (const containerId of ids) await engine.stop(containerId, 0);
	await removeOldContainers(context, service);
}

/**
 * Starts a new deployment of a service beside the active one and waits until it is ready. A deployment that does not become
 * ready is stopped and kept for inspection.
 * @throws StepError that explains the failure
 */
export async function startCandidate(context: ApplyContext, planned: PlannedDeployment): Promise<Deployment> {
	const {engine, state, results} = context;
	const address = serviceAddress(planned.service);
	// Its release command may have opened it.
	const deployment = results.opened[planned.service] ?? (await openDeployment(context, planned));
	const {id, kind} = deployment;
	announceCandidate(context, deployment);
	let containerId: string | undefined;
	try {
		if (isRunning(kind)) {
			progress(context, address, 'starting');
			containerId = await runDeployment(context, planned, deployment, isAlone(context, planned));
			await requireReady(context, deployment, containerId, {mode: 'new'});
			// The switch waits for it: if the apply is killed before, it leaves a candidate, which recovery removes.
			const policy = engine.setRestart(containerId, serviceRestart(deployment.spec.restart));
			policy.catch(() => undefined);
			results.policies[planned.service] = policy;
		}
	} catch (error) {
		const failure =
			error instanceof StepError
				? error.failure
				: await describeFailure(context, containerId, context.secrets.mask(messageOf(error)));
		await failDeployment(context, deployment, failure);
		throw error instanceof StepError ? error : new StepError(failure, undefined, error);
	}
	if (deployment.stage !== 'candidate')
		await state.update(current => patchDeployment(current, id, {stage: 'candidate'}));
	failpoint('candidate.after-ready');
	return state.current().deployments[id]!;
}

/**
 * Waits until a ready candidate has its restart policy, which the engine takes a while to change.
 * @throws StepError that explains why it cannot be set; the candidate has failed then
 */
export async function requirePolicy(context: ApplyContext, service: string, id: string): Promise<void> {
	try {
		await context.results.policies[service];
	} catch (error) {
		const deployment = context.state.current().deployments[id]!;
		const failure = await describeFailure(context, deployment.containerId, context.secrets.mask(messageOf(error)));
		await failDeployment(context, deployment, failure);
		// Without the cause: whether the engine has set it does not matter any more.
		throw new StepError(failure, serviceAddress(service));
	}
}
