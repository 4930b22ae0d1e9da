import {nearest} from '../../nearest.ts';
import {findPreset} from '../presets/index.ts';
import {type Report, visible} from '../problem.ts';
import {entryOf, mapOf, type Raw} from './raw.ts';

const outputsOf = (resource: unknown): ReadonlySet<string> => {
	const {preset, outputs} = mapOf(resource);
	return new Set([...Object.keys(findPreset(preset)?.outputs ?? {}), ...Object.keys(mapOf(outputs))]);
};

/** Names at most ten outputs: a damaged file can have thousands. */
const hintOf = (resource: string, outputs: ReadonlySet<string>): string => {
	if (outputs.size === 0)
		return visible(`Resource ${resource} has no outputs: declare them in resources.${resource}.outputs`);
	const more = outputs.size > 10 ? ', …' : '';
	return visible(`Outputs of resource ${resource}: ${[...outputs].slice(0, 10).join(', ')}${more}`);
};

/**
 * Connections name declared resources and outputs, and each variable comes from one place
 * (docs/rules.md, "Connections").
 */
export const checkConnections = (name: string, value: unknown, resources: Raw, report: Report): void => {
	const service = mapOf(value);
	const env = mapOf(service.env);
	const owners = new Map<string, string>();
	for (const [resource, connection] of Object.entries(mapOf(service.connections))) {
		const path = ['services', name, 'connections', resource];
		const isDeclared = Object.hasOwn(resources, resource);
		if (!isDeclared)
			report(path, `Service "${name}" connection references unknown resource "${resource}".`, {
				mark: 'key',
				suggestion: nearest(resource, Object.keys(resources)),
			});
		const outputs = outputsOf(entryOf(resources, resource));
		for (const [key, output] of Object.entries(mapOf(mapOf(connection).env))) {
			const place = [...path, 'env', key];
			if (isDeclared && typeof output === 'string' && !outputs.has(output)) {
				const suggestion = nearest(output, outputs);
				report(
					place,
					`Service "${name}" connection env "${key}" references unknown resource output "${resource}.${output}".`,
					suggestion === undefined ? {hint: hintOf(resource, outputs)} : {suggestion},
				);
			}
			const owner = owners.get(key);
			if (owner !== undefined)
				report(place, `Service "${name}" connection env "${key}" is declared by both "${owner}" and "${resource}".`, {
					mark: 'key',
				});
			else if (Object.hasOwn(env, key))
				report(place, `Service "${name}" variable "${key}" is declared by both env and connections.`, {mark: 'key'});
			owners.set(key, owner ?? resource);
		}
	}
};
