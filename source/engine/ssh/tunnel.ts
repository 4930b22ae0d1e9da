import {setTimeout as pause} from 'node:timers/promises';
import {isatty} from 'node:tty';
import {steadyNow} from '../../clock.ts';
import {isContinuousIntegration} from '../../continuous-integration.ts';
import {patienceMs} from '../docker-patience.ts';
import {explainSilence} from './explain-silence.ts';
import {openSession, type SshSession} from './open-session.ts';
import {reserveSocket} from './own-folder.ts';
import type {RemoteShell} from './remote-shell.ts';
import {stayFor} from './ssh-process.ts';
import type {SshTarget} from './ssh-target.ts';
import {type Explanation, explainEnd, showWords} from './ssh-words.ts';

/** A way to an engine on another machine: one ssh, which is started when it is needed and again when it has ended. */
export type Tunnel = {
	/**
	 * Path of a socket of this machine that leads to the engine. Always the same one.
	 * @throws TunnelError with ssh's own message
	 */
	readonly open: () => Promise<string>;
	/** The shell of the other machine's user. Opens the tunnel. */
	readonly shell: () => Promise<RemoteShell>;
	/** Whether the connection has ended under a call that has just failed, so that it may be sent again if it only reads. */
	readonly isLost: () => Promise<boolean>;
	/** Why a call got no answer; undefined when the tunnel and the other machine's socket are in order. */
	readonly explain: () => Promise<Explanation | undefined>;
	/** Ends ssh. */
	readonly close: () => Promise<void>;
};

/** How long the end of ssh may be noticed after that of its connections. */
const noticeMs = 250;

/** How long a call may take to notice that its connection was lost, in milliseconds. */
const recentMs = (): number => 2 * patienceMs();

function createTunnel(target: SshTarget): Tunnel {
	let socket: string | undefined;
	let opening: Promise<SshSession> | undefined;
	let session: SshSession | undefined;
	let lost: {readonly at: number; readonly explanation: Explanation} | undefined;
	// Only when a command begins: later a screen may have the terminal.
	let mayAsk = isatty(0) && !isContinuousIntegration();

	const start = async (): Promise<SshSession> => {
		socket ??= reserveSocket();
		const asks = mayAsk;
		mayAsk = false;
		const opened = await openSession(target, {forwarding: `${socket}:${target.socket}`, mayAsk: asks, show: showWords});
		session = opened;
		void opened.ended.then(() => {
			const {cause, hint} = explainEnd(opened.lines(), target);
			lost = {at: steadyNow(), explanation: {cause: `the connection was lost (${cause})`, hint}};
		});
		return opened;
	};
	const reach = (): Promise<SshSession> => {
		if (session && !session.hasEnded()) return Promise.resolve(session);
		opening ??= start().finally(() => {
			opening = undefined;
		});
		return opening;
	};
	const isLost = async (): Promise<boolean> => {
		const known = session;
		if (!known) return false;
		await Promise.race([known.ended, pause(noticeMs)]);
		return known.hasEnded();
	};
	return {
		open: async () => {
			await reach();
			return socket!;
		},
		isLost,
		shell: async () => (await reach()).shell,
		async explain() {
			await isLost();
			// Another call may have opened it again meanwhile.
			if (lost && steadyNow() - lost.at < recentMs()) return lost.explanation;
			return session && explainSilence(session.shell, target, socket!).catch(() => undefined);
		},
		async close() {
			const ended = session?.ended;
			session?.kill();
			if (ended) await stayFor(ended);
			lost = undefined;
		},
	};
}

const tunnels = new Map<string, Tunnel>();

/** The tunnel of this process to an engine. All that is connected to the engine shares it. */
export function tunnelTo(target: SshTarget): Tunnel {
	const key = JSON.stringify([target.user, target.host, target.port, target.socket]);
	const known = tunnels.get(key) ?? createTunnel(target);
	tunnels.set(key, known);
	return known;
}

/** Ends every ssh of this process. They would end with it anyway. */
export const closeTunnels = (): Promise<unknown> => Promise.all([...tunnels.values()].map(tunnel => tunnel.close()));
