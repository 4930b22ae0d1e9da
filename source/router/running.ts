import type {Slot} from '../model/specs.ts';
import {topologyIn} from './config.ts';
import {isCheckName, isSlot} from './safe-names.ts';

/** One slot in the running router. */
export type RunningServer = {
	/** Backend name, `lineage.service`. */
	readonly backend: string;
	readonly slot: Slot;
	readonly address: string;
	readonly port: number;
	readonly isServing: boolean;
};

export type Running = {
	/** Of the loaded configuration; undefined if the router does not answer. */
	readonly topology: string | undefined;
	readonly servers: readonly RunningServer[];
};

/** Parses the output of `show info` followed by that of `show servers state`. */
export const parseRunning = (text: string): Running => ({topology: topologyIn(text), servers: parseServers(text)});

/**
 * Whether a slot serves: operational state 2 is `running`, 0 is `stopped` (maintenance). A checked server also stops when
 * its checks fail, so there the bit for requested maintenance decides.
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
