import type {ContainerSpec, Restart} from '../engine/engine.ts';
import {environmentNetworkName, meshNetworkName} from '../model/names.ts';
import type {Deployment, State} from '../state/state.ts';
import type {ApplyContext} from './context.ts';

/** What a service's container may do (contract 4.5). */
const capabilities = ['CHOWN', 'NET_BIND_SERVICE', 'SETGID', 'SETUID'] as const;

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

/**
 * What the engine is told of a service's restart policy. Its own `on-failure` leaves a service down that ended cleanly
 * because the engine was stopped, so that nothing would serve after the machine starts again. A number of retries can
 * only be had with that.
 */
export const serviceRestart = ({policy, maxRetries}: Restart): Restart =>
	policy === 'on-failure' && maxRetries === undefined ? {policy: 'unless-stopped'} : {policy, maxRetries};

/** What every container of a deployment has in common. */
export const containerParts = ({
	imageId,
	spec,
}: Deployment): Pick<ContainerSpec, 'image' | 'limits' | 'capabilities'> => ({
	image: imageId,
	limits: spec.limits,
	capabilities,
});

/** A container that runs once beside those that serve and reaches them all: a job, a release command. */
export const oneOffParts = (
	{project, environment}: Pick<State, 'project' | 'environment'>,
	deployment: Deployment,
): Pick<ContainerSpec, 'image' | 'limits' | 'capabilities' | 'attachments' | 'restart'> => ({
	...containerParts(deployment),
	attachments: [
		{network: environmentNetworkName(project, environment)},
		{network: meshNetworkName(project, environment)},
	],
	restart: {policy: 'no'},
});
