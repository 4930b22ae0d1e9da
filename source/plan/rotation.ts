import {databaseOf, describeDatabase} from '../descriptor/presets/one-time.ts';
import {command, hint} from '../hint.ts';
import {serviceAddress} from '../model/address.ts';
import {isRouted} from '../model/kinds.ts';
import {fingerprintIn} from '../model/outputs.ts';
import type {Desired, DesiredResource} from '../model/specs.ts';
import type {Env, EnvValue} from '../model/values.ts';
import {activeDeployment, heldCandidates} from '../state/deployments.ts';
import type {Deployment} from '../state/state.ts';
import {action, blocked, replaceOrder} from './actions.ts';
import {compareAttributes, resourceAttributes, serviceAttributes} from './attributes.ts';
import {repeatedDeployment} from './deployments.ts';
import {imageOf} from './image-attribute.ts';
import {initialValues, spoiltValues} from './initialised.ts';
import {type PlanInput, resourceContainer} from './input.ts';
import type {Action} from './plan.ts';
import type {Proposal} from './rollback.ts';
import {reachedThrough} from './router-use.ts';
import {blockedDeployments, blockedResource} from './unfinished-restore.ts';

/** Databases whose passwords Compartment can change. */
const supported = ['postgres', 'mysql', 'mariadb'] as const;

/** Variables that hold a resource's passwords, which a rotation changes. */
export function rotatedKeys({preset, spec}: Pick<DesiredResource, 'preset' | 'spec'>): string[] {
	const database = databaseOf({image: spec.image, ...(preset === undefined ? {} : {preset})});
	if (!database || !supported.some(name => name === database)) return [];
	return describeDatabase(database).passwords.filter(key => Object.hasOwn(spec.env, key));
}

/**
 * The environment after the rotation. A password that was edited since the volume was initialised is taken; any other is
 * generated.
 */
function rotatedEnv(input: PlanInput, resource: DesiredResource): Env {
	const {name, spec} = resource;
	const spoilt = new Set(spoiltValues(input, resource));
	const next = rotatedKeys(resource).map((key): [string, EnvValue] => {
		const wanted = spec.env[key]!;
		const isGiven = spoilt.has(key) && !(wanted.type === 'secret' && wanted.revision === null);
		return [key, isGiven ? wanted : {type: 'secret', scope: {type: 'resource', name}, key, revision: null}];
	});
	return {...spec.env, ...Object.fromEntries(next)};
}

function obstacle(input: PlanInput, {name, address, containerName}: DesiredResource): Action | undefined {
	const unfinished = blockedResource(input.state, name);
	if (unfinished) return unfinished;
	if (!input.state.resources[name])
		return blocked(address, 'resource', `Resource ${name} has not been deployed yet.`, command('apply'));
	if (resourceContainer(input.observed, containerName)?.state !== 'running')
		return blocked(
			address,
			'resource',
			`Resource ${name} is not running.`,
			command('resource start', '--resource', name),
		);
	return undefined;
}

/** Deployments whose password a rotation makes invalid. */
const usersOf = (desired: Desired, deployments: readonly Deployment[], name: string): Deployment[] =>
	deployments.filter(({spec}) =>
		Object.values(spec.env).some(
			value =>
				value.type === 'output' &&
				value.resource === name &&
				fingerprintIn(desired, value).fingerprint !== value.fingerprint,
		),
	);

/** New passwords for a database, and a new deployment of the same image for each service that uses them. */
export function planRotation(input: PlanInput): Proposal {
	const {state} = input;
	const resource = input.desired.resources.find(({name}) => name === input.rotated)!;
	const {name, address, spec} = resource;
	const nothing = {deployments: [], routes: state.routes} as const;
	const refused = obstacle(input, resource);
	if (refused) return {...nothing, actions: [refused]};
	const env = rotatedEnv(input, resource);
	const rotated: DesiredResource = {...resource, spec: {...spec, env}};
	const desired: Desired = {
		...input.desired,
		resources: input.desired.resources.map(each => (each === resource ? rotated : each)),
	};
	const [held] = usersOf(desired, Object.values(heldCandidates(state)), name);
	if (held)
		return {
			...nothing,
			actions: [
				blocked(
					serviceAddress(held.service),
					'service',
					`Held candidate ${held.id} uses the current password.`,
					hint`${command('promote')}, or ${command('promote', '--discard')}`,
				),
			],
		};
	const before = {...state.resources[name]!.spec.env, ...initialValues(input, resource)};
	const keys = rotatedKeys(resource);
	const only = (values: Env): Env => Object.fromEntries(keys.flatMap(key => (values[key] ? [[key, values[key]]] : [])));
	const {changes} = compareAttributes(
		resourceAttributes({...spec, env: only(before)}),
		resourceAttributes({...spec, env: only(env)}),
	);
	const active = Object.keys(state.active).flatMap(service => activeDeployment(state, service) ?? []);
	const users = usersOf(desired, active, name);
	const deployments = users.map(user => repeatedDeployment({state, desired}, user, 'restart'));
	const unfinished = blockedDeployments(state, deployments);
	if (unfinished.length > 0) return {...nothing, actions: unfinished};
	const services = users.map((user, index) => {
		const image = imageOf(user);
		return action({
			address: serviceAddress(user.service),
			object: 'service',
			kind: 'replace',
			order: replaceOrder(user),
			reasons: [`it logs in to ${name}`],
			dependsOn: [...reachedThrough(isRouted(user.kind)), address],
			...compareAttributes(serviceAttributes(user, image), serviceAttributes(deployments[index]!, image)),
		});
	});
	const update = action({
		address,
		object: 'resource',
		kind: 'update',
		reasons: [`${keys.join(' and ')} rotated`],
		changes,
		dependsOn: reachedThrough(resource.readiness !== undefined),
	});
	return {actions: [update, ...services], deployments, routes: state.routes, desired};
}
