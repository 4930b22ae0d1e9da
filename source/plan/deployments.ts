import {canonicalJson} from '../model/canonical.ts';
import {fingerprintIn} from '../model/outputs.ts';
import type {DesiredService, ServiceSpec} from '../model/specs.ts';
import type {EnvValue} from '../model/values.ts';
import {activeDeployment} from '../state/deployments.ts';
import type {Deployment, State, Variable} from '../state/state.ts';
import {findVariable, variablesOf} from '../state/variables.ts';
import {makesContainer} from './actions.ts';
import {compareAttributes, serviceAttributes} from './attributes.ts';
import type {PlanInput} from './input.ts';
import type {Action, PlannedDeployment} from './plan.ts';
import {plannedPort} from './ports.ts';

/** The deployment that an apply creates for a changed service. */
export function plannedDeployment(
	input: PlanInput,
	service: DesiredService,
	decided: Action,
): PlannedDeployment | undefined {
	const finding = input.images.find(({planned}) => planned.service === service.name);
	if (!finding || !makesContainer(decided)) return undefined;
	const {imageId, reference, key, origin} = finding.planned;
	const hasRelease = service.release !== undefined && input.deploymentType === 'deploy';
	const isDone = input.state.interruptedReleases[service.name] !== undefined && input.release === 'done';
	return {
		service: service.name,
		kind: service.kind,
		type: input.deploymentType,
		spec: service.spec,
		readiness: service.readiness,
		schedule: service.schedule,
		port: plannedPort(input, service),
		release: hasRelease && !isDone ? service.release : undefined,
		image: {id: imageId, reference, key, origin},
		hosts: service.hosts,
		rules: input.desired.routes.filter(rule => rule.on === service.name),
	};
}

type Environment = Pick<PlanInput, 'state' | 'desired'>;

const asValue = (variable: Variable): EnvValue =>
	variable.isSensitive
		? {type: 'secret', scope: variable.scope, key: variable.key, revision: variable.revision}
		: {type: 'plain', value: variable.value};

/**
 * A recorded configuration with current variables and outputs (docs/rules.md, "Current values"). Its container gets
 * these, whatever was recorded, so the plan has to show them.
 */
function withCurrentVariables(spec: ServiceSpec, service: string, {state, desired}: Environment): ServiceSpec {
	const isThere = (value: EnvValue) =>
		value.type !== 'secret' || findVariable(state, value.scope, value.key) !== undefined;
	const env: Record<string, EnvValue> = Object.fromEntries(
		Object.entries(spec.env)
			.filter(([, value]) => isThere(value))
			.map(([key, value]) => [key, value.type === 'output' ? fingerprintIn(desired, value) : value]),
	);
	// A connection takes precedence over a variable of the environment (docs/rules.md, "Precedence").
	for (const variable of variablesOf(state, {type: 'environment'}))
		if (env[variable.key]?.type !== 'output') env[variable.key] = asValue(variable);
	for (const variable of variablesOf(state, {type: 'service', name: service})) env[variable.key] = asValue(variable);
	return {...spec, env};
}

/** A new deployment with the image and configuration of a recorded one. */
export function repeatedDeployment(
	environment: Environment,
	recorded: Deployment,
	type: 'rollback' | 'restart' | 'heal',
): PlannedDeployment {
	const {service, kind, spec, readiness, schedule, port, routes} = recorded;
	const {imageId, imageReference, imageKey, imageOrigin} = recorded;
	const {state} = environment;
	const hosts = Object.entries(state.routes?.hosts ?? {}).flatMap(([host, owner]) => (owner === service ? [host] : []));
	return {
		service,
		kind,
		type,
		spec: withCurrentVariables(spec, service, environment),
		readiness,
		schedule,
		port: {number: port, why: `as in ${recorded.id}`},
		image: {id: imageId, reference: imageReference, key: imageKey, origin: imageOrigin},
		hosts,
		rules: routes,
		// What replaces the result of an unfinished rollback leaves it unfinished.
		unfinishedRollback: type === 'rollback' ? recorded.id : recorded.unfinishedRollback,
	};
}

/** Whether two deployments run the same thing, as after a restart. */
function isSame(a: Deployment, b: Deployment): boolean {
	const {changes} = compareAttributes(serviceAttributes(a), serviceAttributes(b));
	return a.imageId === b.imageId && changes.length === 0 && canonicalJson(a.routes) === canonicalJson(b.routes);
}

/**
 * The newest deployment that a rollback of a service can return to, whether or not its image still exists. One that is
 * the same as the active deployment does not count.
 */
export function rollbackCandidate(state: State, service: string): Deployment | undefined {
	const active = activeDeployment(state, service);
	return Object.values(state.deployments)
		.filter(
			deployment =>
				deployment.service === service &&
				deployment.status === 'succeeded' &&
				deployment.stage !== 'rolled_back' &&
				!(active && isSame(deployment, active)),
		)
		.sort((a, b) => (a.id < b.id ? 1 : -1))[0];
}
