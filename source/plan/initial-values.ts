import {databaseOf, describeDatabase} from '../descriptor/presets/one-time.ts';
import {command, type Hint, hint} from '../hint.ts';
import type {DesiredResource} from '../model/specs.ts';
import {blocked} from './actions.ts';
import type {AdoptedContainer} from './adoption.ts';
import type {Action} from './plan.ts';

/** What a database takes for a variable that is not set. */
function defaultOf(key: string, env: Readonly<Record<string, string>>): string | undefined {
	if (key === 'POSTGRES_USER') return 'postgres';
	return key === 'POSTGRES_DB' ? (env['POSTGRES_USER'] ?? 'postgres') : undefined;
}

/**
 * Blocks the adoption of a database whose data was initialised with another value than compartment.yml gives, or with one that
 * its container does not tell. The message names the variable, never a value.
 */
export function blockedInitialValues(
	{name, address, preset, spec}: DesiredResource,
	{configuration: {name: container, env}, equalSecrets}: AdoptedContainer,
): Action | undefined {
	const database = databaseOf({image: spec.image, ...(preset === undefined ? {} : {preset})});
	if (!database) return undefined;
	const {title, keys} = describeDatabase(database);
	const refuse = (key: string, why: string, way: Hint) =>
		blocked(
			address,
			'resource',
			`${key} of resource ${name} ${why}, and ${title} keeps the value that initialised its data.`,
			way,
		);
	for (const key of keys) {
		const wanted = Object.hasOwn(spec.env, key) ? spec.env[key] : undefined;
		const current = Object.hasOwn(env, key) ? env[key] : undefined;
		if (wanted?.type === 'plain' && wanted.value !== (current ?? defaultOf(key, env)))
			return refuse(
				key,
				`differs from that of container ${container}`,
				`give ${key} in compartment.yml the value that the container has`,
			);
		if (wanted?.type === 'secret' && wanted.revision !== null && current !== undefined && !equalSecrets.has(key))
			return refuse(
				key,
				`is stored with another value than container ${container} has`,
				hint`${command('variable remove', key, '--resource', name)}, then that of the container is taken`,
			);
		if (wanted?.type === 'secret' && wanted.revision === null && current === undefined)
			return refuse(
				key,
				`is not among the variables of container ${container}`,
				command('variable set', key, '--resource', name, '--sensitive', '--stdin'),
			);
	}
	return undefined;
}
