import {stringify} from 'yaml';
import {UserError} from '../errors.ts';
import {toResource} from './expand.ts';
import {descriptorFile} from './names.ts';
import {presetNames} from './presets/index.ts';
import type {Resource} from './project.ts';
import {entryOf, mapOf} from './rules/raw.ts';
import {literalEnv} from './schema/text.ts';

const isEmpty = (value: unknown): boolean =>
	typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;

const withoutEmpty = (value: Readonly<Record<string, unknown>>): Record<string, unknown> =>
	Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined && !isEmpty(member)));

function expanded({name: _name, preset: _preset, operations, ...fields}: Resource): Record<string, unknown> {
	const written = (operation: NonNullable<Resource['operations']['backup' | 'restore']>) => {
		const {env, ...rest} = {env: {}, ...operation};
		return withoutEmpty({...rest, env});
	};
	const {backup, restore} = operations;
	return withoutEmpty({
		...fields,
		operations: withoutEmpty({backup: backup && written(backup), restore: restore && written(restore)}),
	});
}

/**
 * The YAML of a resource with its preset expanded, ready to be pasted over it. Works on the unvalidated file, because users
 * need it when a field next to `preset` is refused.
 * @throws UserError when the file has no such resource, or the resource has no known preset
 */
export function expandedYaml(descriptor: unknown, name: string): string {
	const resources = mapOf(mapOf(descriptor).resources);
	const written = mapOf(entryOf(resources, name));
	if (!Object.hasOwn(resources, name))
		throw new UserError(`${descriptorFile} declares no resource ${name}`, {
			hint: `It declares ${Object.keys(resources).join(', ') || 'none'}`,
		});
	const preset = presetNames.find(known => known === written.preset);
	if (preset === undefined)
		throw new UserError(`Resource ${name} has no preset: ${descriptorFile} already shows all of it`, {
			hint: `Presets: ${presetNames.join(', ')}`,
		});
	const env = literalEnv.safeParse(written.env ?? {});
	const resource = toResource(name, {preset, env: env.success ? env.data : {}});
	return [
		`# Preset ${preset}, expanded. Replace ${name} in ${descriptorFile} with it, then change what you need.`,
		stringify({resources: {[name]: expanded(resource)}}, {lineWidth: 0}).trimEnd(),
	].join('\n');
}
