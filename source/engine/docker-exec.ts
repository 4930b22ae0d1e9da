import type {Duplex} from 'node:stream';
import {setTimeout as pause} from 'node:timers/promises';
import {steadyNow} from '../clock.ts';
import type {Connection} from './docker-connection.ts';
import {shown} from './docker-errors.ts';
import {patienceMs} from './docker-patience.ts';
import {toEnv} from './docker-spec.ts';
import type {Engine, ExecOptions, ExecResult, LogStream} from './engine.ts';
import {createFrameReader} from './frames.ts';
import {createLineReader} from './lines.ts';

/**
 * Runs a command inside a container and collects its output. The engine cannot stop such a command: after an abort it
 * keeps running, and its output is no longer read.
 */
export function createExec({docker, attempt}: Connection): Pick<Engine, 'exec'> {
	return {
		exec: async (id, command, options = {}) => {
			const {input, user, env, signal} = options;
			const task = `run ${command[0] ?? 'a command'} in container ${shown(id)}`;
			return attempt(
				task,
				async () => {
					signal?.throwIfAborted();
					const run = await docker.getContainer(id).exec({
						AttachStdout: true,
						AttachStderr: true,
						AttachStdin: input !== undefined,
						Cmd: [...command],
						...(user ? {User: user} : {}),
						...(env ? {Env: toEnv(env)} : {}),
						abortSignal: signal,
					});
					// Only an upgraded (hijacked) connection can be half-closed, which is how a command sees the end of its input.
					const stream = await run.start({
						hijack: input !== undefined,
						stdin: input !== undefined,
						abortSignal: signal,
					});
					if (input !== undefined) feed(stream, input);
					const output = await collect(stream, options);
					return {exitCode: await exitCodeOf(run), ...output};
				},
				{signal},
			);
		},
	};
}

function feed(stream: Duplex, input: NonNullable<ExecOptions['input']>): void {
	if (typeof input === 'string') stream.end(input);
	else if (Symbol.asyncIterator in input) void feedParts(stream, input);
	else
		input.then(
			text => stream.end(text),
			() => stream.end(),
		);
}

async function feedParts(stream: Duplex, parts: AsyncIterable<string>): Promise<void> {
	try {
		for await (const part of parts) {
			// The command has ended.
			if (stream.destroyed) return;
			stream.write(part);
		}
	} finally {
		stream.end();
	}
}

async function collect(stream: Duplex, {onLine, signal}: ExecOptions): Promise<Omit<ExecResult, 'exitCode'>> {
	const toFrames = createFrameReader();
	const written: Record<LogStream, Buffer[]> = {stdout: [], stderr: []};
	const lines = {stdout: createLineReader(), stderr: createLineReader()};
	const stop = () => stream.destroy();
	signal?.addEventListener('abort', stop, {once: true});
	try {
		for await (const chunk of stream as AsyncIterable<Buffer>) {
			for (const {stream: name, data} of toFrames(chunk)) {
				written[name].push(data);
				if (onLine) for (const line of lines[name].push(data)) onLine(line, name);
			}
		}
	} finally {
		signal?.removeEventListener('abort', stop);
	}
	signal?.throwIfAborted();
	for (const name of ['stdout', 'stderr'] as const) for (const line of lines[name].end()) onLine?.(line, name);
	return {
		stdout: Buffer.concat(written.stdout).toString(),
		stderr: Buffer.concat(written.stderr).toString(),
	};
}

type Inspectable = {inspect(): Promise<{Running: boolean; ExitCode: number | null}>};

/**
 * The output may end a moment before the engine has the exit code. If the command still runs after that, the connection
 * was cut.
 */
async function exitCodeOf(run: Inspectable): Promise<number> {
	const deadline = steadyNow() + patienceMs();
	for (let wait = 1; ; wait = Math.min(wait * 2, 100)) {
		const {Running, ExitCode} = await run.inspect();
		if (!Running && ExitCode !== null) return ExitCode;
		if (steadyNow() > deadline) throw Object.assign(new Error('the output was cut off'), {code: 'ECONNRESET'});
		await pause(wait);
	}
}
