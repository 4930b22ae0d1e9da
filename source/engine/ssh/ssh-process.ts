import type {Socket} from 'node:net';
import type {Readable, Writable} from 'node:stream';
import {UserError} from '../../errors.ts';
import {findProgram, startProgram} from '../../programs.ts';
import {createLineReader} from '../lines.ts';

/** Kills a process when its standard input ends without a line, which is when this process does, even if it was killed. */
const watch = 'read -r line || kill -- "$1"';

/** A running ssh. */
export type SshProcess = {
	readonly stdin: Writable;
	readonly stdout: Readable;
	/** The last lines of its standard error. */
	readonly lines: () => readonly string[];
	readonly hasEnded: () => boolean;
	/** Resolves when it has ended and its messages have been read. */
	readonly ended: Promise<void>;
	readonly kill: () => void;
	/**
	 * Ends it when this process ends, even if others use what it forwards, such as a browser: ssh itself waits until the last of
	 * their connections is closed.
	 */
	readonly endWithUs: () => void;
	/** From now on it does not keep this process alive. */
	readonly release: () => void;
};

/** The end of a changed host key's message is what counts, and its beginning is twelve lines before. */
const keptLines = 40;

/** How long messages may come after the end: a ProxyCommand may hold the stream open. */
const lastWordsMs = 200;

/** Neither ctrl-c, which an apply handles itself, nor a closed terminal may cut its connection. */
const withoutSignals = 'trap "" HUP INT QUIT; exec "$@"';

/**
 * Starts ssh. It ends when its standard input does.
 * @param onLine takes each line of its standard error
 * @throws UserError when there is no ssh
 */
export function startSshProcess(args: readonly string[], onLine: (line: string) => void = () => {}): SshProcess {
	const program = findProgram('ssh', process.cwd());
	if (program === undefined)
		throw new UserError('ssh is not on the PATH', {
			hint: 'install the OpenSSH client: `apt-get install openssh-client`',
		});
	const child = startProgram('/bin/sh', ['-c', withoutSignals, 'sh', program, ...args], {stdio: 'pipe'});
	const [stdin, stdout, stderr] = [child.stdin!, child.stdout!, child.stderr!];
	const reader = createLineReader();
	const lines: string[] = [];
	const take = (found: readonly string[]) => {
		for (const line of found) {
			lines.push(line);
			onLine(line);
		}
		lines.splice(0, lines.length - keptLines);
	};
	stderr.on('data', (chunk: Buffer) => take(reader.push(chunk)));
	// It has ended, which `ended` tells.
	stdin.on('error', () => undefined);
	let hasEnded = false;
	const ended = new Promise<void>(resolve => {
		child.once('error', error => {
			hasEnded = true;
			take([error.message]);
			resolve();
		});
		child.once('exit', (_code, signal) => {
			hasEnded = true;
			if (signal !== null) take([`it was ended by ${signal}`]);
			setTimeout(resolve, lastWordsMs).unref();
		});
		child.once('close', () => {
			take(reader.end());
			resolve();
		});
	});
	return {
		stdin,
		stdout,
		lines: () => lines,
		hasEnded: () => hasEnded,
		ended,
		kill: () => void child.kill('SIGTERM'),
		endWithUs() {
			if (child.pid === undefined) return;
			const watcher = startProgram('/bin/sh', ['-c', watch, 'sh', String(child.pid)], {
				stdio: ['pipe', 'ignore', 'ignore'],
				detached: true,
				cwd: '/',
			});
			watcher.on('error', () => undefined);
			watcher.stdin?.on('error', () => undefined);
			watcher.unref();
			(watcher.stdin as Socket | null)?.unref();
			void ended.then(() => watcher.stdin?.end('ended\n'));
		},
		release() {
			child.unref();
			for (const stream of [stdin, stdout, stderr]) (stream as unknown as {unref(): void}).unref();
		},
	};
}

/** Keeps this process until a promise is settled, although the ssh that it is about was released. */
export async function stayFor<Result>(promise: Promise<Result>): Promise<Result> {
	const alive = setInterval(() => undefined, 2 ** 30);
	try {
		return await promise;
	} finally {
		clearInterval(alive);
	}
}
