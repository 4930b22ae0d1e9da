import {messageOf} from '../../errors.ts';
import {findProgram, startProgram} from '../../programs.ts';
import type {StorePlace} from '../../settings/backup-stores.ts';
import {singleQuoted} from '../../shell-word.ts';
import {StoreError} from './store.ts';

export type SshPlace = {
	/** Of the store, for messages. */
	readonly name: string;
	readonly place: Extract<StorePlace, {type: 'ssh'}>;
	/** Of the project: programs in its repository are not started. */
	readonly folder: string;
	readonly signal: AbortSignal;
};

/** A script for `sh` on the other machine, in one line, with its arguments as `$1`, `$2`, … */
export type RemoteScript = {
	/** What it does, for messages: `write shop/…`. */
	readonly what: string;
	readonly script: string;
	readonly args: readonly string[];
	/** Its standard input. */
	readonly input?: AsyncIterable<Uint8Array>;
};

/** Runs scripts on another machine. Each opens another connection. */
export type SshClient = {
	/** The output, piece by piece. At its end, a StoreError if the script failed. */
	readonly stream: (script: RemoteScript) => AsyncIterable<Uint8Array>;
	/** The output, as text. */
	readonly ask: (script: RemoteScript) => Promise<string>;
};

const longestError = 4000;

/** As the other machine's shell gets it, whichever that is. */
export const remoteCommand = ({script, args}: Pick<RemoteScript, 'script' | 'args'>): string =>
	['exec env LC_ALL=C sh -c', ...[script, 'sh', ...args].map(singleQuoted)].join(' ');

/** What ssh is started with. Schedules have nobody to ask, so ssh never does: keys and known hosts are set up before. */
export const sshArguments = ({host, user, port}: SshPlace['place'], command: string): string[] => [
	...[
		'-T',
		'-o',
		'BatchMode=yes',
		'-o',
		'ConnectTimeout=15',
		'-o',
		'ServerAliveInterval=15',
		'-o',
		'ServerAliveCountMax=4',
	],
	...(port === undefined ? [] : ['-p', String(port)]),
	...(user === undefined ? [] : ['-l', user]),
	...['--', host, command],
];

const signs: readonly (readonly [RegExp, StoreError['failure']])[] = [
	[/No space left on device|Disk quota exceeded|File too large/, 'full'],
	[/Permission denied|Read-only file system|Operation not permitted|Host key verification failed/, 'denied'],
	[/No such file or directory/, 'missing'],
];

/** ssh itself ends with 255; anything else is the end of the script. */
function failureOf(text: string, exitCode: number | null): StoreError['failure'] {
	const known = signs.find(([pattern]) => pattern.test(text))?.[1];
	if (exitCode === 255) return known === 'denied' ? 'denied' : 'unavailable';
	return known ?? (exitCode === null ? 'unavailable' : 'refused');
}

function errorOf({name, place}: SshPlace, what: string, text: string, exitCode: number | null): StoreError {
	const lines = text.split('\n').filter(line => line.trim() !== '');
	const said = lines.slice(-3).join('; ') || `ssh ended with ${exitCode ?? 'a signal'}`;
	const target = `${place.user === undefined ? '' : `${place.user}@`}${place.host}`;
	const words = ['ssh', ...(place.port === undefined ? [] : ['-p', String(place.port)]), target].join(' ');
	const hint = `Compartment never answers questions of ssh. Connect once by hand, with a key that needs no passphrase or is in the agent: ${words}`;
	return new StoreError(name, failureOf(text, exitCode), `${what}: ${said}`, exitCode === 255 ? {hint} : {});
}

/** Feeds the standard input. A program that ended early says itself why. */
async function feed(
	child: ReturnType<typeof startProgram>,
	input: AsyncIterable<Uint8Array> | undefined,
): Promise<void> {
	const stdin = child.stdin!;
	const closed = new Promise<void>(resolve => stdin.once('close', () => resolve()));
	stdin.on('error', () => undefined);
	for await (const chunk of input ?? []) {
		if (stdin.destroyed || stdin.writableEnded) return;
		if (!stdin.write(chunk))
			await Promise.race([new Promise<void>(resolve => stdin.once('drain', () => resolve())), closed]);
	}
	stdin.end();
}

/** Starts ssh for each script. */
export function openSshClient(from: SshPlace): SshClient {
	const {name, place, folder, signal} = from;

	async function* stream(remote: RemoteScript): AsyncGenerator<Uint8Array> {
		signal.throwIfAborted();
		const ssh = findProgram('ssh', folder);
		if (!ssh)
			throw new StoreError(name, 'unavailable', 'ssh is not installed', {
				hint: 'On Debian and Ubuntu: apt-get install openssh-client',
			});
		const child = startProgram(ssh, sshArguments(place, remoteCommand(remote)), {stdio: 'pipe'});
		const ended = new Promise<number | null>((resolve, reject) => {
			child.once('error', reject);
			child.once('close', resolve);
		});
		ended.catch(() => undefined);
		const stop = () => void child.kill();
		signal.addEventListener('abort', stop);
		let said = '';
		child.stderr!.setEncoding('utf8').on('data', (text: string) => {
			said = (said + text).slice(-longestError);
		});
		// Content that cannot be read must not look like its end.
		let failure: unknown;
		const feeding = feed(child, remote.input).catch((error: unknown) => {
			failure = error;
			child.kill();
		});
		try {
			for await (const chunk of child.stdout!) yield chunk as Buffer;
			const exitCode = await ended;
			signal.throwIfAborted();
			if (failure !== undefined) throw failure;
			if (exitCode !== 0) throw errorOf(from, remote.what, said, exitCode);
		} catch (error) {
			if (error instanceof StoreError || signal.aborted || error === failure)
				throw signal.aborted ? signal.reason : error;
			throw new StoreError(name, 'unavailable', `${remote.what}: ${messageOf(error)}`, {cause: error});
		} finally {
			signal.removeEventListener('abort', stop);
			stop();
			await feeding;
		}
	}

	return {
		stream,
		async ask(script) {
			const chunks: Uint8Array[] = [];
			for await (const chunk of stream(script)) chunks.push(chunk);
			return Buffer.concat(chunks).toString();
		},
	};
}
