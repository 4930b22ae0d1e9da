import {bytesOf, memoryPattern, minimumMemory} from '../../descriptor/memory.ts';
import type {Raw} from '../../descriptor/rules/raw.ts';
import type {Cursor} from '../cursor.ts';

/** Cores, from a number, `0.5` or `500m`. Noted when it is none. */
export function cpuOf(cursor: Cursor | undefined): number | undefined {
	const text = cursor?.text();
	if (!cursor || text === undefined) return undefined;
	const cores = /^\d+(?:\.\d+)?m$/.test(text) ? Number.parseFloat(text) / 1000 : Number(text);
	if (!Number.isFinite(cores) || cores < 0 || cores > 1024) {
		cursor.note('missing', 'is no number of cores: limits: {cpu: 0.5}');
		return undefined;
	}
	cursor.carry();
	// 0 is no limit.
	return cores === 0 ? undefined : cores;
}

/** A size as compartment.yml writes it, from bytes, `512m`, `512M`, `512MiB` or `512Mi`. Noted when it is none. */
export function memoryOf(cursor: Cursor | undefined): string | number | undefined {
	const text = cursor?.text()?.trim();
	if (!cursor || text === undefined) return undefined;
	const size = /^\d+$/.test(text) ? Number(text) : text.replace(/(?<=[kmg])i?b?$/i, '').toLowerCase();
	const bytes = typeof size === 'string' && !memoryPattern.test(size) ? Number.NaN : bytesOf(size);
	if (bytes === 0) {
		cursor.carry();
		return undefined;
	}
	if (!Number.isSafeInteger(bytes) || bytes < minimumMemory) {
		cursor.note('missing', 'is no size of at least 6m: limits: {memory: 512m}');
		return undefined;
	}
	cursor.carry();
	return size;
}

function pidsOf(cursor: Cursor | undefined): number | undefined {
	const pids = Number(cursor?.text());
	if (!cursor) return undefined;
	if (!Number.isInteger(pids) || pids < 16 || pids > 4_194_304) {
		cursor.note('missing', 'is no limit between 16 and 4194304: limits: {pids: 4096}');
		return undefined;
	}
	cursor.carry();
	return pids;
}

/** The limits of a service, from `deploy.resources.limits` and from the older keys. */
export function limitsOf(service: Cursor): Raw | undefined {
	const limits = service.get('deploy')?.get('resources')?.get('limits');
	const cpu = cpuOf(limits?.get('cpus')) ?? cpuOf(service.get('cpus'));
	const memory = memoryOf(limits?.get('memory')) ?? memoryOf(service.get('mem_limit'));
	const pids = pidsOf(limits?.get('pids')) ?? pidsOf(service.get('pids_limit'));
	const found = Object.entries({cpu, memory, pids}).filter(([, value]) => value !== undefined);
	return found.length > 0 ? Object.fromEntries(found) : undefined;
}

const notStarted = 'a service runs one container; to keep this one from running, leave the service out';

/** Notes about the number of containers. */
export function checkReplicas(service: Cursor): void {
	for (const replicas of [service.get('deploy')?.get('replicas'), service.get('scale')]) {
		if (!replicas) continue;
		const text = replicas.text();
		if (text === '1') replicas.carry();
		else replicas.note('missing', text === '0' ? notStarted : 'a service runs one container');
	}
}
