import {observeOwn} from '../../engine/own-engine.ts';
import {UserError} from '../../errors.ts';
import {failpoint} from '../../failpoints.ts';
import {command, hint} from '../../hint.ts';
import {networkAddress} from '../../model/address.ts';
import {newId} from '../../model/ids.ts';
import {isRouted, isRunning} from '../../model/kinds.ts';
import {serviceContainerName} from '../../model/names.ts';
import {choosePort} from '../../model/service-port.ts';
import {pickAddress} from '../../model/subnets.ts';
import type {NamedImage} from '../../plan/image-attribute.ts';
import type {PlannedDeployment} from '../../plan/plan.ts';
import {withDeployment, withoutOldDeployments} from '../../state/deployments.ts';
import type {Deployment, State} from '../../state/state.ts';
import type {ApplyContext} from '../context.ts';
import {findKnownImage} from '../images.ts';
import {withFingerprints, withRevisions} from '../known-values.ts';
import {isOwnReference} from '../own-images.ts';

/**
 * Whether a deployment's container runs or is about to. Failed and discarded deployments hold no address: their records
 * stay, and many of them would fill the network.
 */
const holdsAddress = ({active}: State, {id, service, status, stage, containerId}: Deployment): boolean =>
	active[service] === id || status === 'running' || (stage === 'draining_previous' && containerId !== undefined);

/** Addresses of all running containers in a network, including those that the state does not know. */
async function addressesInUse({engine, state, found}: ApplyContext, network: string): Promise<Set<string>> {
	const {containers} = found?.observed ?? (await observeOwn(engine, state.current()));
	return new Set(containers.flatMap(({networks}) => networks[network] || []));
}

async function reserveAddress(context: ApplyContext): Promise<string> {
	const state = context.state.current();
	const {environment} = context.results.networks ?? state.networks!;
	// Read once and added to: two candidates must not get one address.
	context.results.addresses ??= addressesInUse(context, environment.name);
	const reserved = await context.results.addresses;
	const inUse = Object.values(state.deployments)
		.filter(deployment => holdsAddress(state, deployment))
		.map(({address}) => address)
		.filter(address => address !== undefined);
	const address = pickAddress(environment, new Set([...reserved, ...inUse]));
	if (!address)
		throw new UserError(`no fixed address is free in the environment's network ${environment.subnet}`, {
			hint: hint`${command('apply', '--replace', networkAddress)} moves the environment to larger networks`,
		});
	reserved.add(address);
	return address;
}

async function imageOf(context: ApplyContext, {service, type, image: planned}: PlannedDeployment) {
	const {engine, state} = context;
	const {id, reference, key, origin} =
		planned.id === null ? recordedImage(state.current(), service) : {...planned, id: planned.id};
	const image = await findKnownImage(context, id);
	if (!image)
		throw new UserError(`the image of service ${service} no longer exists`, {hint: command('apply', '--rebuild')});
	if (type === 'promote') {
		// The tag of a prebuilt image is not ours to move.
		if (isOwnReference(reference, state.current())) await engine.tagImage(id, reference);
		const record = {key, reference, imageId: id, builder: 'promoted', builtAt: new Date().toISOString(), origin};
		await state.update(current => ({...current, images: {...current.images, [service]: record}}));
	}
	return {image, reference, key, origin};
}

// The image action of this apply has recorded it.
function recordedImage(state: State, service: string): NamedImage & {readonly id: string} {
	const {imageId, reference, key, origin, builtAt} = state.images[service]!;
	return {id: imageId, reference, key, origin: {...origin, builtAt}};
}

/** Records a new deployment; nothing runs yet. */
export async function openDeployment(context: ApplyContext, planned: PlannedDeployment): Promise<Deployment> {
	const {plan, run, label} = context;
	const {service, kind, type, readiness, schedule, rules, unfinishedRollback} = planned;
	const {image, reference, key, origin} = await imageOf(context, planned);
	const isPrebuilt = !isOwnReference(reference, plan);
	const id = newId('dpl');
	const state = context.state.current();
	const spec = withFingerprints(withRevisions(planned.spec, state), plan.desired, state);
	const deployment: Deployment = {
		id,
		run,
		service,
		kind,
		status: 'running',
		// Nothing is started for a job.
		stage: isRunning(kind) ? 'starting_candidate' : 'candidate',
		type,
		label,
		spec,
		readiness,
		schedule,
		imageId: image.id,
		imageReference: reference,
		imageKey: key,
		imageOrigin: origin,
		containerName: serviceContainerName(plan.project, plan.environment, service, id),
		// The router has no names. Everything else is found by name, so the engine assigns its address.
		address: isRouted(kind) ? await reserveAddress(context) : undefined,
		port: planned.port.number ?? choosePort({kind, declared: spec.port, isPrebuilt}, image.exposedPorts).number,
		routes: rules,
		unfinishedRollback,
		createdAt: new Date().toISOString(),
	};
	const {retain} = context.settings;
	await context.state.update(current => withoutOldDeployments(withDeployment(current, deployment), service, retain));
	failpoint('candidate.after-open');
	return deployment;
}
