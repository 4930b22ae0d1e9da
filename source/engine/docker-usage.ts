import type {Connection} from './docker-connection.ts';
import {openStream} from './docker-connection.ts';
import {shown} from './docker-errors.ts';
import type {ReadonlyEngine} from './engine.ts';
import {readJsonLines} from './lines.ts';

type Stats = {
	readonly read?: string;
	readonly cpu_stats?: {readonly cpu_usage?: {readonly total_usage?: number}};
	readonly memory_stats?: {readonly usage?: number; readonly stats?: Readonly<Record<string, number>>};
};

// The names in cgroup v2 and v1.
const cached = ['inactive_file', 'total_inactive_file'] as const;

/** Reads a container's usage once; by default the engine waits a second to take two samples. */
export function createUsage(connection: Connection): Pick<ReadonlyEngine, 'readUsage'> {
	return {
		async readUsage(id) {
			const path = `/containers/${id}/stats`;
			const stats = await connection.attempt(
				`read the usage of container ${shown(id)}`,
				async () => {
					const query = {stream: false, 'one-shot': true};
					const answer = await openStream(connection, {method: 'GET', path, query});
					for await (const message of readJsonLines<Stats>(answer)) return message;
					return undefined;
				},
				{fine: [404, 409]},
			);
			const memory = stats?.memory_stats?.usage;
			if (memory === undefined) return undefined;
			const files = cached.map(name => stats?.memory_stats?.stats?.[name]).find(value => value !== undefined) ?? 0;
			return {
				at: Date.parse(stats?.read ?? '') || Date.now(),
				cpuMs: (stats?.cpu_stats?.cpu_usage?.total_usage ?? 0) / 1e6,
				memory: Math.max(0, memory - files),
			};
		},
	};
}
