import {isatty} from 'node:tty';
import {EngineError} from '../../errors.ts';
import {freePort} from '../port-here.ts';
import {openSession} from './open-session.ts';
import {stayFor} from './ssh-process.ts';
import type {SshTarget} from './ssh-target.ts';
import {explainEnd, showWords} from './ssh-words.ts';

/** An address of another machine, as that machine reaches it. */
export type RemotePort = {readonly host: string; readonly port: number};

/** A port of this machine that leads to one of another machine. Programs of this machine alone reach it. */
export type Forwarding = {
	readonly port: number;
	/** Whether the other machine could not connect: a program of this one then sees a connection that ends at once. */
	readonly isUnanswered: () => boolean;
	/** Resolves with the reason when it has ended. */
	readonly ended: Promise<string>;
	readonly close: () => Promise<void>;
};

/** ssh goes on when it cannot listen, because a forwarding of the user's own configuration may be what fails. */
const isRefused = (lines: readonly string[], port: number): boolean =>
	lines.some(line => line.includes(`cannot listen to port: ${port}`));

/**
 * Forwards a port of this machine, the same one if it is free, through another ssh, which ends with this process, however
 * that ends.
 * @throws TunnelError with ssh's own message
 */
export async function forwardPort(target: SshTarget, {host, port: wanted}: RemotePort): Promise<Forwarding> {
	const port = await freePort(wanted);
	const to = host.includes(':') ? `[${host}]` : host;
	const forwarding = `127.0.0.1:${port}:${to}:${wanted}`;
	const {ended, lines, kill, endWithUs} = await openSession(target, {forwarding, mayAsk: isatty(0), show: showWords});
	endWithUs();
	if (isRefused(lines(), port)) {
		kill();
		throw new EngineError(`cannot forward port ${port} of this machine: another program has taken it meanwhile`);
	}
	return {
		port,
		isUnanswered: () => lines().some(line => line.includes('open failed: ')),
		ended: ended.then(() => explainEnd(lines(), target).cause),
		async close() {
			kill();
			await stayFor(ended);
		},
	};
}
