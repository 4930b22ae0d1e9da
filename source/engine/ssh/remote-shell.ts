import {randomBytes} from 'node:crypto';
import type {Readable, Writable} from 'node:stream';
import {setTimeout as pause} from 'node:timers/promises';

type RemoteAnswer = {
	/** What the commands printed, both streams. */
	readonly output: string;
	readonly exitCode: number;
};

/** A shell on another machine that reads commands from its standard input. */
export type RemoteShell = {
	/**
	 * Runs commands, one script after the other. Rejects when the connection ends, or when there is no answer in time; the
	 * commands go on then.
	 */
	readonly ask: (script: string, limitMs: number) => Promise<RemoteAnswer>;
};

const closed = (): Error => Object.assign(new Error('the connection to the shell was closed'), {code: 'ECONNRESET'});

/** Speaks with a shell through its standard input and output. What else it prints, such as a greeting, is left out. */
export function createRemoteShell(stdin: Writable, stdout: Readable): RemoteShell {
	let text = '';
	let isClosed = false;
	let onText = () => {};
	stdout.on('data', (chunk: Buffer) => {
		text += chunk.toString('latin1');
		onText();
	});
	stdout.on('close', () => {
		isClosed = true;
		onText();
	});

	const run = (script: string): Promise<RemoteAnswer> => {
		const mark = randomBytes(8).toString('hex');
		const pattern = new RegExp(`${mark} begins\\n(.*)\\n${mark} (\\d+)\\n`, 's');
		stdin.write(`echo ${mark} begins; { ${script}\n} </dev/null 2>&1; printf '\\n%s %s\\n' ${mark} "$?"\n`);
		return new Promise((resolve, reject) => {
			onText = () => {
				const [whole, output, exitCode] = pattern.exec(text) ?? [];
				if (whole !== undefined) {
					text = '';
					resolve({output: Buffer.from(output!, 'latin1').toString(), exitCode: Number(exitCode)});
				} else if (isClosed) reject(closed());
			};
			onText();
		});
	};

	let last: Promise<unknown> = Promise.resolve();
	return {
		ask(script, limitMs) {
			const limit = new AbortController();
			const answer = last.then(() => run(script));
			const late = pause(limitMs, undefined, {signal: limit.signal}).then(() => {
				throw Object.assign(new Error('no answer from the shell'), {code: 'ETIMEDOUT'});
			});
			last = Promise.race([answer, late])
				.finally(() => limit.abort())
				.catch(() => undefined);
			return Promise.race([answer, late]);
		},
	};
}
