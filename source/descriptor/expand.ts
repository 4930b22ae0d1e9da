import {bytesOf} from './memory.ts';
import {present} from './present.ts';
import {findPreset} from './presets/index.ts';
import type {ArchiveBackup, BackupSchedule, Connection, Resource, Schedule, Service} from './project.ts';
import type {DescriptorInput} from './schema/descriptor.ts';
import type {ResourceInput} from './schema/resource.ts';
import type {ServiceInput} from './schema/service.ts';

const toConnections = (connections: ServiceInput['connections']): Connection[] =>
	Object.entries(connections ?? {}).flatMap(([resource, {env}]) =>
		Object.entries(env).map(([key, output]) => ({resource, key, output})),
	);

const toSchedule = (schedule: ServiceInput['schedule']): Schedule | undefined => {
	if (!schedule) return undefined;
	const {cron, interval, concurrency, timeoutMs} = schedule;
	const rest = present({concurrency, timeoutMs});
	if (cron !== undefined) return {cron: cron.trim(), ...rest};
	return interval && {interval, ...rest};
};

const toLimits = (limits: ServiceInput['limits']): Service['limits'] =>
	limits &&
	present({
		cpu: limits.cpu,
		memory: limits.memory === undefined ? undefined : bytesOf(limits.memory),
		pids: limits.pids,
	});

type ArchiveInput = {readonly stop?: boolean | undefined; readonly schedule?: BackupSchedule | undefined};

const toArchive = ({stop, schedule}: ArchiveInput): ArchiveBackup =>
	present({preset: 'archive' as const, stop: stop ? (true as const) : undefined, schedule});

const toVolumes = (volumes: ServiceInput['volumes'] = {}): Service['volumes'] => {
	const entries = Object.entries(volumes).map(([handle, volume]) => {
		if (typeof volume === 'string') return [handle, {path: volume}] as const;
		const {path, exclusive, backup} = volume;
		const exclusively = exclusive ? (true as const) : undefined;
		return [handle, present({path, exclusive: exclusively, backup: backup && toArchive(backup)})] as const;
	});
	return entries.length === 0 ? undefined : Object.fromEntries(entries);
};

/** A service with all defaults. The string form is a path with defaults only. */
export const toService = (name: string, value: DescriptorInput['services'][string]): Service => {
	const input: ServiceInput =
		typeof value === 'string' ? {path: value, kind: 'web', accessMode: 'authenticated'} : value;
	const {build, run, kind, accessMode} = input;
	return present({
		...input,
		name,
		isExposed: kind === 'web' || kind === 'static' || (kind === 'api' && accessMode === 'public'),
		build: present({
			...build,
			strategy: build?.strategy ?? 'auto',
			include: build?.include ?? [],
			env: build?.env ?? [],
			packages: {build: build?.packages?.build ?? [], runtime: build?.packages?.runtime ?? []},
		}),
		domain: input.domain?.toLowerCase(),
		limits: toLimits(input.limits),
		env: input.env ?? {},
		secretFiles: input.secretFiles ?? {},
		volumes: toVolumes(input.volumes),
		schedule: toSchedule(input.schedule),
		run: {...run, restart: run?.restart ?? {policy: 'on-failure'}},
		connections: toConnections(input.connections),
	});
};

const toOperations = ({backup, restore}: NonNullable<ResourceInput['operations']>): Resource['operations'] => {
	if (backup?.preset) return {backup: toArchive(backup), restore: {preset: backup.preset}};
	const {command = '', env = {}, image, schedule} = backup ?? {};
	return present({
		backup: backup && present({command, env, image, schedule}),
		restore: restore && present({command: restore.command, env: restore.env ?? {}, image: restore.image}),
	});
};

const without = <T>(record: Readonly<Record<string, T>>, keys: Readonly<Record<string, unknown>>): Record<string, T> =>
	Object.fromEntries(Object.entries(record).filter(([key]) => !Object.hasOwn(keys, key)));

/** A resource with all defaults and its preset expanded (docs/rules.md, "Presets"). */
export const toResource = (name: string, input: ResourceInput): Resource => {
	const env = input.env ?? {};
	const preset = findPreset(input.preset);
	if (preset)
		return {
			...preset,
			name,
			preset: input.preset,
			env: {...preset.env, ...env},
			// A value set in env is not generated.
			generatedVariables: without(preset.generatedVariables, env),
		};
	const volumes = Object.entries(input.volumes ?? {}).map(([handle, volume]) => [
		handle,
		typeof volume === 'string' ? volume : volume.mountPath,
	]);
	return present({
		name,
		image: input.image ?? '',
		command: input.command,
		env,
		generatedVariables: input.generatedVariables ?? {},
		ports: input.ports ?? [],
		outputs: input.outputs ?? {},
		volumes: Object.fromEntries(volumes),
		readiness: input.readiness,
		restart: input.restart ?? {policy: 'unless-stopped'},
		operations: toOperations(input.operations ?? {}),
	});
};
