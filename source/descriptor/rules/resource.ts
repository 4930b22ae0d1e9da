import {command} from '../../hint.ts';
import type {Report} from '../problem.ts';
import {checkMounts} from './mounts.ts';
import {isMap, listOf, mapOf, type Raw} from './raw.ts';
import {checkSchedule} from './schedule.ts';

const fieldsBesidePreset = [
	...['image', 'command', 'generatedVariables', 'ports', 'outputs'],
	...['volumes', 'readiness', 'restart', 'operations'],
];

const checkPreset = (name: string, resource: Raw, report: Report): void => {
	if (resource.preset === undefined) {
		if (resource.image === undefined) report(['resources', name, 'image'], 'Resource config requires image or preset.');
		return;
	}
	for (const field of fieldsBesidePreset)
		if (resource[field] !== undefined)
			report(
				['resources', name, field],
				`Preset resources support only env overrides; remove ${field} or declare a full resource without preset. The command below prints it.`,
				{mark: 'key', hint: command('inspect', `resource.${name}`, '--yaml')},
			);
};

/** All rules between the fields of one resource (docs/rules.md, "Presets"). */
export const checkResource = (name: string, value: unknown, services: Raw, report: Report): void => {
	if (Object.hasOwn(services, name))
		report(['resources', name], `Resource name ${name} must not collide with a service name.`, {mark: 'key'});
	if (!isMap(value)) return;
	const resource = mapOf(value);
	const path = ['resources', name];
	checkPreset(name, resource, report);
	if (resource.preset !== undefined) return;
	const env = mapOf(resource.env);
	for (const key of Object.keys(mapOf(resource.generatedVariables)))
		if (Object.hasOwn(env, key))
			report(
				[...path, 'generatedVariables', key],
				`Resource generated variable "${key}" conflicts with literal resource env "${key}".`,
				{mark: 'key'},
			);
	const {port} = mapOf(resource.readiness);
	if (typeof port === 'number' && !listOf(resource.ports).includes(port))
		report([...path, 'readiness', 'port'], 'readiness.port must reference a declared resource port.');
	checkMounts(resource.volumes, 'mountPath', [...path, 'volumes'], report);
	const {backup} = mapOf(resource.operations);
	checkSchedule(mapOf(backup).schedule, [...path, 'operations', 'backup', 'schedule'], report);
};
