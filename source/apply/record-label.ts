import type {AccessMode} from '../descriptor/project.ts';
import {canonicalJson} from '../model/canonical.ts';
import type {DeploymentShape, EnvShape, PlainShape, ResourceShape, ValueShape, VolumeShape} from '../model/record.ts';
import type {DesiredResource, ResourceSpec} from '../model/specs.ts';
import type {Env, EnvValue, VariableScope} from '../model/values.ts';
import type {Deployment, State} from '../state/state.ts';
import {findVariable} from '../state/variables.ts';

type Known = Pick<State, 'variables' | 'bindings' | 'images'>;

/** The variable that a plain value comes from, of the first of these scopes that has it. */
function plainShape(state: Known, scopes: readonly VariableScope[], key: string, value: string): PlainShape {
	const [source] = scopes.flatMap(scope => findVariable(state, scope, key) ?? []);
	if (!source || source.isSensitive || source.value !== value) return {type: 'plain'};
	return {type: 'plain', scope: source.scope, revision: source.revision};
}

function shapeOf(state: Known, owner: VariableScope, key: string, value: EnvValue): ValueShape {
	if (value.type === 'secret') return value;
	if (value.type === 'plain') {
		const scopes: VariableScope[] = owner.type === 'service' ? [owner, {type: 'environment'}] : [owner];
		return plainShape(state, scopes, key, value.value);
	}
	const isBound = state.bindings.some(
		({service, key: bound}) => owner.type === 'service' && owner.name === service && bound === key,
	);
	return isBound ? {...value, isBound} : value;
}

const envShape = (state: Known, owner: VariableScope, env: Env): EnvShape =>
	Object.fromEntries(Object.entries(env).map(([key, value]) => [key, shapeOf(state, owner, key, value)]));

type Serving = {readonly accessMode?: AccessMode | undefined; readonly isHeld: boolean};

/** The label of a deployment's container. */
export function deploymentLabel(state: Known, deployment: Deployment, {accessMode, isHeld}: Serving): string {
	const {run, service, kind, type, label, createdAt, spec, readiness, schedule, address, port, routes} = deployment;
	const {imageKey: key, imageReference: reference, imageOrigin: origin} = deployment;
	const made = state.images[service];
	const shape: DeploymentShape = {
		version: 1,
		run,
		kind,
		type,
		createdAt,
		spec: {...spec, env: envShape(state, {type: 'service', name: service}, spec.env)},
		image: {key, reference, ...(made?.key === key ? {builder: made.builder} : {}), ...(origin ? {origin} : {})},
		routes,
		...(label === undefined ? {} : {label}),
		...(readiness ? {readiness} : {}),
		...(schedule ? {schedule} : {}),
		...(address === undefined ? {} : {address}),
		...(port === undefined ? {} : {port}),
		...(accessMode ? {accessMode} : {}),
		...(isHeld ? {isHeld} : {}),
	};
	return canonicalJson(shape);
}

/** The label of a resource's container. */
export function resourceLabel(
	state: Known,
	{name, restart, readiness, preset, generatedVariables}: DesiredResource,
	spec: ResourceSpec,
): string {
	const shape: ResourceShape = {
		version: 1,
		createdAt: new Date().toISOString(),
		spec: {...spec, env: envShape(state, {type: 'resource', name}, spec.env)},
		restart,
		generatedVariables,
		...(readiness ? {readiness} : {}),
		...(preset === undefined ? {} : {preset}),
	};
	return canonicalJson(shape);
}

/** The label of a volume. */
export const volumeLabel = (mountPath: string, createdAt: string): string =>
	canonicalJson({version: 1, createdAt, mountPath} satisfies VolumeShape);
