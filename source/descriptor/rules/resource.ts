import {command} from '../../hint.ts';
import type {Path, Report} from '../problem.ts';
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

/** A backup is either a command or an archive of the volumes, which needs nothing else (docs/rules.md, "Archives"). */
const checkOperations = (resource: Raw, path: Path, report: Report): void => {
	const {backup, restore} = mapOf(resource.operations);
	const operations = [...path, 'operations'];
	const {command, preset, stop, schedule} = mapOf(backup);
	checkSchedule(schedule, [...operations, 'backup', 'schedule'], report);
	if (!isMap(backup)) return;
	if (preset === undefined) {
		if (command === undefined)
			report([...operations, 'backup', 'command'], 'is required unless preset: archive is set');
		if (stop !== undefined)
			report([...operations, 'backup', 'stop'], 'stop is only supported with preset: archive.', {mark: 'key'});
		return;
	}
	for (const field of ['command', 'env', 'image'])
		if (mapOf(backup)[field] !== undefined)
			report([...operations, 'backup', field], `preset: archive runs no command; remove ${field}.`, {mark: 'key'});
	if (restore !== undefined)
		report([...operations, 'restore'], 'preset: archive restores without a command; remove restore.', {mark: 'key'});
	if (Object.keys(mapOf(resource.volumes)).length === 0)
		report([...operations, 'backup', 'preset'], 'preset: archive requires volumes, whose files it backs up.');
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
	checkOperations(resource, path, report);
};
