import {topologyIn} from './config.ts';
import type {Running} from './running.ts';
import {backendName, checkName, slots} from './safe-names.ts';
import type {RouteTable, SlotTarget} from './table.ts';

/** The change that brings the running router in line with a configuration. */
export type RuntimeChange =
	| {readonly type: 'none'}
	/** Commands for the admin socket, in order. */
	| {readonly type: 'switch'; readonly lines: readonly string[]}
	| {readonly type: 'reload'};

/**
 * Compares the running router with the written configuration, so that the next publish completes an interrupted one. New
 * slots open before old ones close, for all services together. A serving slot never changes its address: its pooled
 * connections would still lead to the previous one.
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
		// The same commands move both, so that the checked slot is always the serving one.
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

// The socket reads 16 KB at a time.
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
