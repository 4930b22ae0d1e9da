import {topologyIn} from './config.ts';
import type {Running} from './running.ts';
import {backendName, checkName, slots} from './safe-names.ts';
import type {RouteTable, SlotTarget} from './table.ts';

/** What brings the running router in line with a configuration. */
export type RuntimeChange =
	| {readonly type: 'none'}
	/** Lines for the admin socket, in order. */
	| {readonly type: 'switch'; readonly lines: readonly string[]}
	| {readonly type: 'reload'};

/**
 * Compares what runs with what was written, so that a publish that broke off is finished by the next one. New slots
 * open before old ones close, all services together. The address of a slot that takes traffic is never changed: its
 * pooled connections would go on to the previous address.
 */
export function planRuntime(tables: readonly RouteTable[], config: string, running: Running): RuntimeChange {
	if (running.topology === undefined || running.topology !== topologyIn(config)) return {type: 'reload'};
	const servers = new Map(running.servers.map(server => [`${server.backend}/${server.slot}`, server]));
	const commands = noCommands();
	for (const table of tables) {
		for (const {name, target, isActive, isCheck} of slotsOf(table)) {
			const server = servers.get(name);
			if (!server) return {type: 'reload'};
			const isMoved = target !== undefined && (server.address !== target.address || server.port !== target.port);
			if (isMoved && isActive && server.isServing && !isCheck) return {type: 'reload'};
			if (isMoved) commands[server.isServing ? 'tidy' : 'prepare'].push(setAddress(name, target));
			if (isActive && !server.isServing) commands.open.push(`set server ${name} state ready`);
			if (!isActive && server.isServing) commands.close.push(`set server ${name} state maint`);
		}
	}
	const lines = toLines(inOrder(commands));
	return lines.length === 0 ? {type: 'none'} : {type: 'switch', lines};
}

type Commands = Record<'prepare' | 'open' | 'close' | 'tidy', string[]>;

const noCommands = (): Commands => ({prepare: [], open: [], close: [], tidy: []});

const inOrder = ({prepare, open, close, tidy}: Commands): string[] => [...prepare, ...open, ...close, ...tidy];

type SlotView = {name: string; target: SlotTarget | undefined; isActive: boolean; isCheck: boolean};

const slotsOf = ({lineage, backends}: RouteTable): SlotView[] =>
	backends.flatMap(backend => {
		const traffic = {proxy: backendName(lineage, backend.service), isCheck: false};
		const check = {proxy: checkName(lineage, backend.service), isCheck: true};
		// Both move in the same lines: what is checked is always what serves.
		return (backend.check ? [traffic, check] : [traffic]).flatMap(({proxy, isCheck}) =>
			slots.map(slot => ({
				name: `${proxy}/${slot}`,
				target: backend.slots[slot],
				isActive: backend.active === slot,
				isCheck,
			})),
		);
	});

const setAddress = (name: string, {address, port}: SlotTarget): string =>
	`set server ${name} addr ${address} port ${port}`;

// The socket reads 16 KB at once.
const lineLength = 8000;

function toLines(commands: readonly string[]): string[] {
	const lines: string[] = [];
	for (const command of commands) {
		const last = lines.at(-1);
		if (last !== undefined && last.length + command.length < lineLength)
			lines[lines.length - 1] = `${last}; ${command}`;
		else lines.push(command);
	}
	return lines;
}
