import type {Slot} from '../model/specs.ts';
import {topologyIn} from './config.ts';
import {isSlot} from './safe-names.ts';

/** One slot as the running router has it. */
export type RunningServer = {
	/** Backend name, `lineage.service`. */
	readonly backend: string;
	readonly slot: Slot;
	readonly address: string;
	readonly port: number;
	readonly isServing: boolean;
};

export type Running = {
	/** Of the configuration it was loaded with; undefined when nothing answers. */
	readonly topology: string | undefined;
	readonly servers: readonly RunningServer[];
};

/** Reads the answers to `show info` and `show servers state`. */
export const parseRunning = (info: string, servers: string): Running => ({
	topology: topologyIn(info),
	servers: parseServers(servers),
});

function parseServers(text: string): RunningServer[] {
	const lines = text.split('\n');
	const start = lines.findIndex(line => line.startsWith('# '));
	if (start < 0) return [];
	const columns = lines[start]!.slice(2).split(' ');
	return lines.slice(start + 1).flatMap(line => {
		const cells = line.split(' ');
		const cell = (column: string): string => cells[columns.indexOf(column)] ?? '';
		const slot = cell('srv_name');
		if (!isSlot(slot)) return [];
		return [
			{
				backend: cell('be_name'),
				slot,
				address: cell('srv_addr'),
				port: Number(cell('srv_port')),
				// 2 is `running`; a server in maintenance is `stopped`, 0.
				isServing: cell('srv_op_state') === '2',
			},
		];
	});
}
