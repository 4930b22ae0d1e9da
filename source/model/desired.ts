import type {Connection, Project, Resource, Service} from '../descriptor/project.ts';
import {UserError} from '../errors.ts';
import {command} from '../hint.ts';
import {resourceAddress, serviceAddress} from './address.ts';
import {resourceContainerName, resourceHost, serviceHost} from './names.ts';
import {outputFingerprint} from './outputs.ts';
import type {Desired, DesiredResource, DesiredService, DesiredVolume, ServiceSpec} from './specs.ts';
import type {Env, EnvValue, VariableScope} from './values.ts';
import {isSameScope} from './values.ts';
import {volumesOf} from './volumes.ts';

/** The part of a stored variable that the model needs. One that the apply will store has no revision yet. */
export type KnownVariable = {readonly scope: VariableScope; readonly key: string; readonly revision: string | null} & (
	| {readonly isSensitive: false; readonly value: string}
	| {readonly isSensitive: true}
);

type EnvironmentPlace = Parameters<typeof volumesOf>[0];

type DesiredInput = {
	readonly project: Project;
	readonly environment: string;
	readonly variables: readonly KnownVariable[];
	/** Outputs bound to services with `variable set`, not by the descriptor. */
	readonly bindings?: readonly (Connection & {readonly service: string})[];
	/** Domain under which services get their hosts, `localhost` by default. */
	readonly baseDomain: string;
	/** The recorded volumes, by address. */
	readonly volumes: Parameters<typeof volumesOf>[0]['volumes'];
};

const asEnvValue = (variable: KnownVariable): EnvValue =>
	variable.isSensitive
		? {type: 'secret', scope: variable.scope, key: variable.key, revision: variable.revision}
		: {type: 'plain', value: variable.value};

const plainEnv = (env: Readonly<Record<string, string>>): Record<string, EnvValue> =>
	Object.fromEntries(Object.entries(env).map(([key, value]) => [key, {type: 'plain', value}]));

/** Literal values, then the resource's own variables over them (docs/rules.md, "Scopes"). */
function resourceEnv(resource: Resource, variables: readonly KnownVariable[]): Env {
	const scope: VariableScope = {type: 'resource', name: resource.name};
	const env = plainEnv(resource.env);
	for (const key of Object.keys(resource.generatedVariables)) env[key] = {type: 'secret', scope, key, revision: null};
	for (const variable of variables) if (isSameScope(variable.scope, scope)) env[variable.key] = asEnvValue(variable);
	return env;
}

function describeResource({project, environment, variables}: DesiredInput, resource: Resource): DesiredResource {
	return {
		address: resourceAddress(resource.name),
		name: resource.name,
		preset: resource.preset,
		containerName: resourceContainerName(project.name, environment, resource.name),
		spec: {
			image: resource.image,
			command: resource.command,
			env: resourceEnv(resource, variables),
			hostname: resourceHost(project.name, environment, resource.name),
			ports: resource.ports,
			volumes: resource.volumes,
		},
		restart: resource.restart.policy,
		readiness: resource.readiness,
		generatedVariables: resource.generatedVariables,
		outputs: resource.outputs,
		operations: resource.operations,
	};
}

// A connection in the descriptor overrides a binding of the same variable; the plan refuses conflicts.
const bindingsOf = ({bindings = []}: DesiredInput, service: Service): Connection[] =>
	bindings
		.filter(binding => binding.service === service.name)
		.filter(({key}) => !service.connections.some(connection => connection.key === key))
		.map(({resource, key, output}) => ({resource, key, output}));

/**
 * Lowest precedence first: literals, environment variables, connections, service variables
 * (docs/rules.md, "Precedence").
 */
function serviceEnv(input: DesiredInput, service: Service): Env {
	const {project, environment, variables} = input;
	const env = plainEnv(service.env);
	const own: VariableScope = {type: 'service', name: service.name};
	for (const variable of variables) if (variable.scope.type === 'environment') env[variable.key] = asEnvValue(variable);
	for (const {resource: name, output: outputName, key} of [...bindingsOf(input, service), ...service.connections]) {
		const resource = project.resources.find(candidate => candidate.name === name);
		const output = resource?.outputs[outputName];
		if (!resource)
			throw new UserError(`Resource output variable "${key}" references missing resource "${name}".`, {
				hint: command('variable remove', key, '--service', service.name),
			});
		if (!output)
			throw new UserError(`Resource output "${outputName}" is not declared on resource "${name}".`, {
				hint: command('variable remove', key, '--service', service.name),
			});
		const context = {project: project.name, environment, resource: name};
		env[key] = {
			type: 'output',
			resource: name,
			output: outputName,
			isSensitive: output.sensitive,
			fingerprint: outputFingerprint(output, context, resourceEnv(resource, variables)),
		};
	}
	for (const variable of variables) if (isSameScope(variable.scope, own)) env[variable.key] = asEnvValue(variable);
	return env;
}

/** The port that variable PORT or the descriptor sets (docs/rules.md, "Port"). */
function declaredPort(service: Service, env: Env): number | undefined {
	const variable = env['PORT'];
	const number = variable?.type === 'plain' && /^[1-9]\d{0,4}$/.test(variable.value) ? Number(variable.value) : 0;
	return number >= 1 && number <= 65_535 ? number : service.port;
}

function hostsOf({project, environment, baseDomain}: DesiredInput, service: Service): string[] {
	if (!service.isExposed) return [];
	const host = serviceHost({project: project.name, environment, service: service.name, baseDomain});
	const domain = service.domain?.toLowerCase();
	return domain && domain !== host ? [host, domain] : [host];
}

/** Where a service mounts its volumes. How they are backed up is not part of its container. */
const mountsOf = ({volumes}: Service): ServiceSpec['volumes'] =>
	volumes &&
	Object.fromEntries(
		Object.entries(volumes).map(([handle, {path, exclusive}]) => [handle, exclusive ? {path, exclusive} : {path}]),
	);

/** The volumes of a service, with how each is backed up. */
const volumesWithBackups = (place: EnvironmentPlace, {volumes = {}}: Service, owner: DesiredService): DesiredVolume[] =>
	volumesOf(place, owner).map(volume => {
		const backup = volumes[volume.handle]?.backup;
		return backup ? {...volume, backup} : volume;
	});

function describeService(input: DesiredInput, service: Service): DesiredService {
	const env = serviceEnv(input, service);
	const spec: ServiceSpec = {
		command: service.run.command,
		env,
		port: declaredPort(service, env),
		restart: service.run.restart,
		limits: service.limits,
		secretFiles: service.secretFiles,
		volumes: mountsOf(service),
	};
	return {
		address: serviceAddress(service.name),
		name: service.name,
		kind: service.kind,
		accessMode: service.accessMode,
		hosts: hostsOf(input, service),
		spec,
		readiness: service.readiness,
		schedule: service.schedule,
		release: service.release,
		connections: [...bindingsOf(input, service), ...service.connections],
		image: service.image ? {type: 'prebuilt', reference: service.image} : {type: 'build'},
	};
}

/** Desired state of one environment, from the descriptor, the stored variables and the settings. Pure. */
export function describeDesired(input: DesiredInput): Desired {
	const {project, environment} = input;
	const resources = project.resources.map(resource => describeResource(input, resource));
	const services = project.services.map(service => describeService(input, service));
	const place = {project: project.name, environment, volumes: input.volumes};
	return {
		project: project.name,
		environment,
		volumes: [
			...resources.flatMap(owner => volumesOf(place, owner)),
			...services.flatMap((owner, index) => volumesWithBackups(place, project.services[index]!, owner)),
		],
		resources,
		services,
		routes: project.routes,
	};
}
