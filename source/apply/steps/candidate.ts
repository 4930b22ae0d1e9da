import {replaceShell} from '../../build/detect/shell-command.ts';
import type {Attachment, ContainerSpec} from '../../engine/engine.ts';
import {observeOwn} from '../../engine/own-engine.ts';
import {messageOf, UserError} from '../../errors.ts';
import {failpoint} from '../../failpoints.ts';
import {command} from '../../hint.ts';
import {serviceAddress} from '../../model/address.ts';
import {labels, labelsOf} from '../../model/labels.ts';
import {environmentNetworkName} from '../../model/names.ts';
import {specHash} from '../../model/spec-hash.ts';
import type {PlannedDeployment} from '../../plan/plan.ts';
import {isRunning} from '../../plan/services.ts';
import type {Deployment, DeploymentFailure} from '../../state/state.ts';
import {describeFailure} from '../containers.ts';
import {type ApplyContext, progress} from '../context.ts';
import {patchDeployment} from '../deployments.ts';
import {operate} from '../journaled.ts';
import {needsInit} from '../own-init.ts';
import {secretFileParts} from '../secret-files.ts';
import {containerEnv, containerParts, isAddressTaken, meshAttachment, serviceRestart} from '../service-container.ts';
import {StepError} from '../step-error.ts';
import {openDeployment} from './open-deployment.ts';
import {requireReady} from './require-ready.ts';
import {removeOldContainers} from './retire.ts';

/** What a deployment's container runs, and the files in memory that its secrets become. */
async function containerCommand({engine}: ApplyContext, {spec, imageId, service}: Deployment) {
	const image = await engine.findImage(imageId);
	if (!image) throw new UserError(`the image of service ${service} is gone`, {hint: command('apply', '--rebuild')});
	// The last program takes the shell's place, so that a stop signal reaches it.
	const own = spec.command === undefined ? {} : {entrypoint: ['/bin/sh', '-c'], command: [replaceShell(spec.command)]};
	return {...secretFileParts(spec, image, own), hasInit: needsInit(image, own, spec)};
}

/** An address that the engine keeps for nobody is done without: siblings use names. */
async function runAmongSiblings(
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

/** Starts the container of a deployment. `hasName`: it takes the service's name for its siblings at once. */
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
	return operate(context, {
		address,
		intent: {type: 'run-candidate', deployment: deployment.id, containerName: deployment.containerName},
		run: op => {
			const {serial} = context.state.current();
			const object = {
				lineage,
				project,
				environment,
				address,
				deployment: deployment.id,
				spec: specHash(spec),
				op,
				serial,
			};
			return runAmongSiblings(context, deployment.id, meshAttachment(context.state.current(), deployment, hasName), {
				name: deployment.containerName,
				...containerParts(deployment),
				labels: {...labelsOf(object), ...(hosts.length > 0 ? {[labels.hosts]: hosts.join(',')} : {})},
				...parts,
				env: {...env, ...parts.env},
				attachments: [{network: environmentNetworkName(project, environment), address: deployment.address}],
				// The engine must not start it again before it is ready: its first end is its failure.
				restart: {policy: 'no'},
				stopGraceSeconds: context.settings.stopGraceSeconds,
			});
		},
		record: (state, containerId) => patchDeployment(state, deployment.id, {containerId, stage: 'checking_readiness'}),
	});
}

async function findContainers({engine, plan}: ApplyContext, deployment: string): Promise<string[]> {
	const {containers} = await observeOwn(engine, plan, {[labels.deployment]: deployment});
	return containers.map(({id}) => id);
}

/** Records why an attempt failed, and kills what it left, which serves nobody; the container stays for inspection. */
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
	// One that could not be recorded runs all the same.
	const ids = deployments[id]?.containerId ? [deployments[id].containerId] : await findContainers(context, id);
	for (const containerId of ids) await engine.stop(containerId, 0);
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
	const {engine, state} = context;
	const address = serviceAddress(planned.service);
	const deployment = opened ?? (await openDeployment(context, planned));
	const {id, kind} = deployment;
	let containerId: string | undefined;
	try {
		if (isRunning(kind)) {
			progress(context, address, 'starting');
			const hasName = state.current().active[planned.service] === undefined;
			containerId = await runDeployment(context, planned, deployment, hasName);
			await requireReady(context, deployment, containerId, {mode: 'new'});
			// Before it can serve: an apply that is killed here leaves a candidate, which is removed.
			await engine.setRestart(containerId, serviceRestart(deployment.spec.restart));
		}
	} catch (error) {
		const failure =
			error instanceof StepError
				? error.failure
				: await describeFailure(context, containerId, context.secrets.mask(messageOf(error)));
		await failDeployment(context, deployment, failure);
		throw error instanceof StepError ? error : new StepError(failure, undefined, error);
	}
	const ready = await state.update(current => patchDeployment(current, id, {stage: 'candidate'}));
	failpoint('candidate.after-ready');
	return ready.deployments[id]!;
}
