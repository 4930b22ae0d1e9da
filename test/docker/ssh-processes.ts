import {execFileSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {dirname} from 'node:path';

/** A running ssh that forwards an engine. */
export type SshProcess = {
	readonly pid: number;
	/** The socket on this machine. */
	readonly socket: string;
};

/** The ssh that a process has started. */
export const sshOf = (parent: number): readonly SshProcess[] =>
	execFileSync('ps', ['-axo', 'pid=,ppid=,command='], {encoding: 'utf8'})
		.split('\n')
		.flatMap(line => {
			const [, pid, ppid, socket] = /^\s*(\d+)\s+(\d+)\s+\S*ssh .* -L (\S+?):/.exec(line) ?? [];
			return socket !== undefined && Number(ppid) === parent ? [{pid: Number(pid), socket}] : [];
		});

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
