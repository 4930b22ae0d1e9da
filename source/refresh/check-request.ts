import {defaultEnvironment} from '../command-names.ts';
import type {Project} from '../descriptor/project.ts';
import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {nameIn, networkAddress} from '../model/address.ts';
import type {Desired} from '../model/specs.ts';
import {nearest} from '../nearest.ts';
import {rotatedKeys} from '../plan/rotation.ts';
import {hasExpired} from '../state/expired.ts';
import type {State} from '../state/state.ts';
import type {PlanRequest} from './plan-request.ts';

function assertServices(project: Project, services: readonly string[] | null): void {
	for (const name of services ?? []) {
		if (project.services.some(service => service.name === name)) continue;
		const known = project.services.map(service => service.name).join(', ');
		throw new UserError(`The requested service was not found in the compartment descriptor: ${name}`, {
			hint: `compartment.yml declares ${known}`,
		});
	}
}

/** Refuses to restart an unknown name. */
function assertThere(state: State, names: readonly string[] | null): void {
	const known = [...Object.keys(state.active), ...Object.keys(state.resources)];
	const strange = names?.find(name => !known.includes(name));
	if (strange === undefined) return;
	const meant = nearest(strange, known);
	throw new UserError(
		`${strange} is neither a service nor a resource of environment ${state.environment}${meant === undefined ? '' : `, did you mean ${meant}?`}`,
		{hint: `Known names: ${known.join(', ') || 'none'}`},
	);
}

/** Refuses an unknown address: a typo must not pass silently. */
function assertReplaceable({services, resources}: Desired, replace: readonly string[]): void {
	const known = [...[...services, ...resources].map(({address}) => address), networkAddress];
	const strange = replace.find(address => !known.includes(address));
	if (strange === undefined) return;
	const meant = nearest(strange, known);
	throw new UserError(`--replace ${strange}: compartment.yml declares nothing with this address`, {
		hint: meant ? `--replace ${meant}` : `it declares ${known.join(', ')}`,
	});
}

/** Refuses resources whose password Compartment cannot change. */
function assertRotatable({resources}: Desired, name: string): void {
	const resource = resources.find(candidate => candidate.name === name);
	const names = resources.map(candidate => candidate.name).join(', ') || 'none';
	if (!resource)
		throw new UserError(`The requested resource was not found: ${name}`, {hint: `compartment.yml declares ${names}`});
	if (rotatedKeys(resource).length > 0) return;
	throw new UserError(`Resource ${name} has no password that can be rotated: it is not PostgreSQL, MySQL or MariaDB.`, {
		hint: hint`set a new value, which takes effect with the next apply: ${command('variable set', 'KEY', '--sensitive', '--stdin', '--resource', name)}`,
	});
}

/** Refuses an unknown service: a typo must not look like a candidate that is already active. */
function assertDeployed({deployments}: State, services: readonly string[] | null): void {
	const known = new Set(Object.values(deployments).map(({service}) => service));
	const missing = services?.find(name => !known.has(name));
	if (missing === undefined) return;
	throw new UserError(`The requested service was not found: ${missing}`, {
		hint: `Services with deployments: ${[...known].join(', ') || 'none'}`,
	});
}

/** Refuses to delete an external volume that the environment does not have. */
function assertExternal({volumes, environment}: State, names: readonly string[]): void {
	const known = Object.entries(volumes).flatMap(([address, {isExternal}]) => (isExternal ? [nameIn(address)] : []));
	const strange = names.find(name => !known.includes(name));
	if (strange === undefined) return;
	throw new UserError(`--delete-external ${strange}: environment ${environment} has no external volume of this name`, {
		hint: known.length > 0 ? `It has ${known.join(', ')}` : hint`${command('volume list')} shows its volumes`,
	});
}

/** Refuses a request for services or external volumes that do not exist. @throws UserError */
export function checkNames(project: Project, state: State, {mode, services, deleteExternal}: PlanRequest): void {
	assertExternal(state, deleteExternal);
	if (mode === 'apply') assertServices(project, services);
	if (mode === 'restart') assertThere(state, services);
	if (mode === 'promote' || mode === 'discard') assertDeployed(state, services);
}

/** Refuses a request for objects that compartment.yml does not declare, or cannot be rotated. @throws UserError */
export function checkObjects(desired: Desired, {replace, rotated}: PlanRequest): void {
	assertReplaceable(desired, replace);
	if (rotated !== undefined) assertRotatable(desired, rotated);
}

/**
 * Refuses a lifetime of the default environment, which is never destroyed automatically, and to destroy one that has not
 * expired, such as one that an apply has extended meanwhile.
 * @throws UserError
 */
export function checkLifetime(state: State, {lifetime, expiredAt}: PlanRequest): void {
	const {environment} = state;
	if (expiredAt !== undefined && !hasExpired(state, expiredAt))
		throw new UserError(`Environment ${environment} has not expired.`);
	if (!lifetime || environment !== defaultEnvironment) return;
	throw new UserError(`Environment ${environment} never expires.`, {
		hint: hint`Name another environment: ${command('apply', '--env', 'preview', '--expires', '3d')}`,
	});
}
