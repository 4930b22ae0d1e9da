import {CancelledError} from '../../errors.ts';
import {createRemoteShell, type RemoteShell} from './remote-shell.ts';
import {sshArguments} from './ssh-arguments.ts';
import {type SshProcess, startSshProcess} from './ssh-process.ts';
import type {SshTarget} from './ssh-target.ts';
import {explainEnd, isReason} from './ssh-words.ts';
import {TunnelError} from './tunnel-error.ts';

/** An ssh that is connected: it forwards a socket or a port, and runs a shell. */
export type SshSession = Pick<SshProcess, 'hasEnded' | 'ended' | 'lines' | 'kill' | 'endWithUs'> & {
	readonly shell: RemoteShell;
};

type Options = {
	/** What is forwarded, as `-L` of ssh takes it. */
	readonly forwarding: string;
	/** Whether ssh may ask in the terminal. */
	readonly mayAsk: boolean;
	/** Shows what ssh says while it asks. */
	readonly show: (line: string) => void;
};

/** How long connecting may take, in milliseconds, when nobody has to type. */
const limitMs = 30_000;

/** Rejects when ssh ends, when it takes too long, or when the user presses ctrl-c. */
function failureOf(ssh: SshProcess, target: SshTarget, {mayAsk}: Options, signal: AbortSignal): Promise<never> {
	return new Promise((_resolve, reject) => {
		void ssh.ended.then(() => reject(new TunnelError(explainEnd(ssh.lines(), target))));
		const give = (error: Error) => {
			ssh.kill();
			reject(error);
		};
		const late = () =>
			give(new TunnelError({cause: `ssh did not connect in ${limitMs / 1000} s`, hint: `is ${target.host} up?`}));
		const limit = mayAsk ? undefined : setTimeout(late, limitMs);
		// ssh ignores ctrl-c, so that it survives that of an apply; here it would go on asking.
		const cancel = () => give(new CancelledError());
		if (mayAsk) process.once('SIGINT', cancel);
		signal.addEventListener('abort', () => {
			clearTimeout(limit);
			process.off('SIGINT', cancel);
		});
	});
}

/**
 * Connects. Resolves when the shell answers; what is forwarded is by then.
 * @throws TunnelError with ssh's own message; CancelledError when the user pressed ctrl-c
 */
export async function openSession(target: SshTarget, options: Options): Promise<SshSession> {
	const {forwarding, mayAsk, show} = options;
	let isOpening = true;
	const ssh = startSshProcess(sshArguments(target, forwarding, mayAsk), line => {
		if (isOpening && mayAsk && !isReason(line)) show(line);
	});
	const shell = createRemoteShell(ssh.stdin, ssh.stdout);
	const opened = new AbortController();
	try {
		const failure = failureOf(ssh, target, options, opened.signal);
		// ssh says more about its end than the shell.
		const greeting = shell.ask(':', mayAsk ? 2 ** 31 - 1 : limitMs).catch(() => failure);
		await Promise.race([greeting, failure]);
	} finally {
		isOpening = false;
		opened.abort();
	}
	ssh.release();
	const {hasEnded, ended, lines, kill, endWithUs} = ssh;
	return {hasEnded, ended, lines, kill, endWithUs, shell};
}
