import {execFileSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {dirname} from 'node:path';

/** A running ssh that forwards an engine. */
export type SshProcess = {
	readonly pid: number;
	/** The socket on this machine. */
	readonly socket: string;
};

type Found = SshProcess & {readonly parent: number; readonly line: string};

const findAll = (): readonly Found[] =>
	execFileSync('ps', ['-axwwo', 'pid=,ppid=,command='], {encoding: 'utf8'})
		.split('\n')
		.flatMap(line => {
			const [, pid, parent, socket] = /^\s*(\d+)\s+(\d+)\s+\S*ssh .* -L (\S+?):/.exec(line) ?? [];
			return socket === undefined ? [] : [{pid: Number(pid), parent: Number(parent), socket, line}];
		});

/** The ssh that a process has started. */
export const sshOf = (parent: number): readonly SshProcess[] =>
	findAll().flatMap(({pid, socket, ...found}) => (found.parent === parent ? [{pid, socket}] : []));

/** The ssh with this configuration. */
export const sshWith = (configuration: string): readonly SshProcess[] =>
	findAll().filter(({line}) => line.includes(`-F ${configuration} `));

const isRunning = (pid: number): boolean => {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
};

/** Whether anything is left of an ssh: its process, its socket, or the folder of the socket. */
export const isLeft = ({pid, socket}: SshProcess): boolean => isRunning(pid) || existsSync(dirname(socket));
