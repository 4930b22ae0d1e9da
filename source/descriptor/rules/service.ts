import {walkPath} from '../paths.ts';
import type {Path, Report} from '../problem.ts';
import {checkBuild} from './build.ts';
import {checkMounts} from './mounts.ts';
import {isMap, mapOf, type Raw} from './raw.ts';
import {checkSchedule} from './schedule.ts';

const checkSource = (service: Raw, path: Path, report: Report): void => {
	if (service.image === undefined) {
		if (service.path === undefined) report([...path, 'path'], 'is required unless image is set');
		return;
	}
	if (service.path !== undefined) report([...path, 'image'], 'image and path cannot be used together.', {mark: 'key'});
	for (const field of ['build', 'dockerfile', 'context'])
		if (service[field] !== undefined)
			report([...path, field], `${field} is not supported with image, which is already built.`, {mark: 'key'});
};

const checkStatic = (service: Raw, path: Path, report: Report): void => {
	const build = mapOf(service.build);
	if (service.kind !== 'static') {
		if (build.outputDirectory !== undefined)
			report(
				[...path, 'build', 'outputDirectory'],
				'build.outputDirectory is only supported for kind: static services.',
				{mark: 'key'},
			);
		return;
	}
	if (build.outputDirectory === undefined)
		report([...path, 'build', 'outputDirectory'], 'kind: static requires build.outputDirectory.', {mark: 'key'});
	if (build.strategy !== undefined)
		report([...path, 'build', 'strategy'], 'kind: static does not support build.strategy.', {mark: 'key'});
	for (const field of ['run', 'readiness', 'release', 'image', 'dockerfile', 'context', 'volumes'])
		if (service[field] !== undefined)
			report([...path, field], `kind: static does not support ${field}.`, {mark: 'key'});
};

const checkRun = (service: Raw, path: Path, report: Report): void => {
	if (!isMap(service.run)) return;
	const {command, restart} = mapOf(service.run);
	if (command === undefined && restart === undefined)
		report([...path, 'run', 'command'], 'run must include at least one of command or restart.');
	const {policy, maxRetries} = mapOf(restart);
	if (maxRetries !== undefined && typeof policy === 'string' && policy !== 'on-failure')
		report(
			[...path, 'run', 'restart', 'maxRetries'],
			'restart.maxRetries is only supported with the on-failure policy.',
			{mark: 'key'},
		);
};

const checkPlaces = (service: Raw, path: Path, ascent: number, report: Report): void => {
	for (const field of ['dockerfile', 'context']) {
		const written = service[field];
		const walk = typeof written === 'string' ? walkPath(written) : undefined;
		if (walk && walk.climbs > ascent)
			report([...path, field], `${field} must stay within the current repository or worktree.`);
	}
	const {kind = 'web', accessMode, domain} = service;
	if (domain !== undefined && (kind === 'worker' || kind === 'job' || kind === 'cron'))
		report([...path, 'domain'], `kind: ${kind} does not support domain.`, {mark: 'key'});
	if (domain !== undefined && kind === 'api' && accessMode !== 'public')
		report([...path, 'domain'], 'kind: api supports domain only with accessMode: public.', {
			mark: 'key',
		});
};

const checkLimits = (service: Raw, path: Path, report: Report): void => {
	const {cpu, memory, pids} = mapOf(service.limits);
	if (isMap(service.limits) && cpu === undefined && memory === undefined && pids === undefined)
		report([...path, 'limits'], 'must include at least one of cpu, memory or pids.', {mark: 'key'});
};

const checkVolumes = (service: Raw, path: Path, report: Report): void => {
	checkMounts(service.volumes, 'path', [...path, 'volumes'], report);
	const {kind} = service;
	for (const [handle, volume] of Object.entries(mapOf(service.volumes))) {
		const {exclusive, backup} = mapOf(volume);
		const at = [...path, 'volumes', handle];
		if (exclusive === true && (kind === 'job' || kind === 'cron'))
			report([...at, 'exclusive'], `kind: ${kind} does not support exclusive volumes: its runs are not deployments.`, {
				mark: 'key',
			});
		const {stop, schedule} = mapOf(backup);
		checkSchedule(schedule, [...at, 'backup', 'schedule'], report);
		if (stop === true && exclusive !== true)
			report([...at, 'backup', 'stop'], 'stop is only supported for exclusive volumes.', {mark: 'key'});
	}
};

const checkVariables = (name: string, service: Raw, path: Path, report: Report): void => {
	const owners = new Map<string, string>();
	for (const [key, file] of Object.entries(mapOf(service.secretFiles))) {
		if (typeof file !== 'string') continue;
		const owner = owners.get(file);
		if (owner === undefined) owners.set(file, key);
		else report([...path, 'secretFiles', key], `Service "${name}" writes both "${owner}" and "${key}" to "${file}".`);
	}
};

/**
 * Checks all rules between the fields of one service. `ascent` is the number of folders between the descriptor and the root of
 * its repository: how far relative paths may climb.
 */
export const checkService = (name: string, value: unknown, ascent: number, report: Report): void => {
	if (!isMap(value)) return;
	const service = mapOf(value);
	const path = ['services', name];
	checkSource(service, path, report);
	checkStatic(service, path, report);
	checkBuild(service, path, report);
	checkRun(service, path, report);
	checkPlaces(service, path, ascent, report);
	checkLimits(service, path, report);
	checkVariables(name, service, path, report);
	checkVolumes(service, path, report);
	if (service.schedule !== undefined && service.kind !== 'cron')
		report([...path, 'schedule'], 'schedule is only supported for kind: cron services.', {mark: 'key'});
	checkSchedule(service.schedule, [...path, 'schedule'], report);
};
