import type {Attachment, ContainerSpec, Restart} from '../engine/engine.ts';
import {EngineError} from '../errors.ts';
import {sameAddressIn} from '../model/subnets.ts';
import {newestNetworks} from '../state/networks.ts';
import type {Deployment, NetworkPair, State} from '../state/state.ts';
import type {EnvironmentContext} from './context.ts';

/** What a service's container may do (docs/rules.md, "Capabilities"). */
const capabilities = ['CHOWN', 'NET_BIND_SERVICE', 'SETGID', 'SETUID'] as const;

/** Variables that every container of a service gets (docs/rules.md, "Variables of every service"). */
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

/** The environment of a deployment's container, with secrets resolved. */
export async function containerEnv(
	context: EnvironmentContext,
	deployment: Deployment,
): Promise<Record<string, string>> {
	const {plan, secrets} = context;
	return {...(await secrets.resolveEnv(deployment.spec.env, plan.desired)), ...containerVariables(plan, deployment)};
}

/**
 * The engine's restart policy for a service (docs/rules.md, "Restart policies"). A limit of retries needs `on-failure`.
 */
export const serviceRestart = ({policy, maxRetries}: Restart): Restart =>
	policy === 'on-failure' && maxRetries === undefined ? {policy: 'unless-stopped'} : {policy, maxRetries};

/** What all containers of a deployment have in common. */
export const containerParts = ({
	imageId,
	spec,
}: Deployment): Pick<ContainerSpec, 'image' | 'limits' | 'capabilities'> => ({
	image: imageId,
	limits: spec.limits,
	capabilities,
});

/**
 * A deployment's attachment to the mesh. Its address is fixed there too: changing the alias needs it, and if the engine
 * assigned a dynamic one to another container meanwhile, this one could not restart.
 */
export const meshAttachment = (
	{environment, mesh}: NetworkPair,
	{service, address}: Pick<Deployment, 'service' | 'address'>,
	hasName: boolean,
): Attachment => ({
	network: mesh.name,
	aliases: hasName ? [service] : [],
	address: address === undefined ? undefined : sameAddressIn(mesh, environment, address),
});

/** Whether the engine rejected a fixed address as taken. */
export const isAddressTaken = (error: unknown): boolean =>
	error instanceof EngineError && /address already in use/i.test(error.message);

/**
 * The parts of a container that runs once and can reach all services: a job or a release command. While the networks are
 * being replaced, resources are on the newest, and the services that serve on the mesh of the others.
 */
export const oneOffParts = (
	state: Pick<State, 'project' | 'environment' | 'networks'>,
	deployment: Deployment,
): Pick<ContainerSpec, 'image' | 'limits' | 'capabilities' | 'attachments' | 'restart'> => ({
	...containerParts(deployment),
	attachments: [{network: newestNetworks(state)!.environment.name}, {network: state.networks!.mesh.name}],
	restart: {policy: 'no'},
});
