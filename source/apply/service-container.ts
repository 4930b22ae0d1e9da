import type {Attachment, ContainerSpec, Restart} from '../engine/engine.ts';
import {EngineError} from '../errors.ts';
import {sameAddressIn} from '../model/subnets.ts';
import {volumesOf} from '../model/volumes.ts';
import {newestNetworks} from '../state/networks.ts';
import type {Deployment, EnvironmentName, NetworkPair, State} from '../state/state.ts';
import type {EnvironmentContext} from './context.ts';

/** What a service's container may do (docs/rules.md, "Capabilities"). */
const capabilities = ['CHOWN', 'NET_BIND_SERVICE', 'SETGID', 'SETUID'] as const;

/** Images that prepare a volume as root, for the user who then uses it, need these as well. */
const volumeCapabilities = [...capabilities, 'DAC_OVERRIDE', 'FOWNER'] as const;

/** Variables that every container of a service gets (docs/rules.md, "Variables of every service"). */
export const containerVariables = (
	{project, environment}: EnvironmentName,
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

type CommonParts = Pick<ContainerSpec, 'image' | 'limits' | 'capabilities' | 'volumes'>;

/** What all containers of a deployment have in common. */
export function containerParts(
	state: Pick<State, 'project' | 'environment' | 'volumes'>,
	{service, imageId, spec}: Deployment,
): CommonParts {
	const mounted = volumesOf(state, {name: service, spec});
	return {
		image: imageId,
		limits: spec.limits,
		capabilities: mounted.length > 0 ? volumeCapabilities : capabilities,
		volumes: Object.fromEntries(mounted.map(({name, mountPath}) => [name, {path: mountPath}])),
	};
}

/** A deployment without the volumes that it cannot share with a container that runs beside it. */
const withoutExclusive = (deployment: Deployment): Deployment => {
	const shared = Object.entries(deployment.spec.volumes ?? {}).filter(([, {exclusive}]) => !exclusive);
	return {...deployment, spec: {...deployment.spec, volumes: Object.fromEntries(shared)}};
};

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
 * being replaced, resources are on the newest, and the services that serve on the mesh of the others. An exclusive volume is
 * left to the deployment that runs.
 */
export const oneOffParts = (
	state: Pick<State, 'project' | 'environment' | 'networks' | 'volumes'>,
	deployment: Deployment,
): CommonParts & Pick<ContainerSpec, 'attachments' | 'restart'> => ({
	...containerParts(state, withoutExclusive(deployment)),
	attachments: [{network: newestNetworks(state)!.environment.name}, {network: state.networks!.mesh.name}],
	restart: {policy: 'no'},
});
