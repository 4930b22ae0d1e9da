import type {Slot} from '../model/specs.ts';
import {topologyIn} from './config.ts';
import {isCheckName, isSlot} from './safe-names.ts';

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

/**
 * In service: 2 is `running`; a server in maintenance is `stopped`, 0. One that is checked stops when it fails its checks
 * too, so there the bit of the maintenance that was asked for decides.
 */
const isServing = (backend: string, operation: string, admin: number): boolean =>
	isCheckName(backend) ? (admin & 1) === 0 : operation === '2';

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
				isServing: isServing(cell('be_name'), cell('srv_op_state'), Number(cell('srv_admin_state'))),
			},
		];
	});
}
