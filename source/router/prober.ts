import {PassThrough} from 'node:stream';
import {patienceMs} from '../engine/docker-patience.ts';
import type {Engine} from '../engine/engine.ts';
import {EngineError} from '../errors.ts';
import {runScript} from './container.ts';
import {probeArgs, probeScript} from './probe-program.ts';

/** What the prober reports of a target. All of it is foreign text but `state` and the numbers. */
export type Report =
	| {
			readonly type: 'try';
			readonly state: 'waits' | 'ready' | 'late';
			readonly tries: number;
			readonly elapsedMs: number;
			readonly answer: string;
			readonly details: string;
	  }
	/** Why there is no connection; the answer to `askWhy`. */
	| {readonly type: 'why'; readonly cause: string};

export type Asked = {
	/** `LIMIT TYPE ADDRESS PORT PATH HOST`, as the program reads it. */
	readonly question: string;
	readonly onReport: (report: Report, askWhy: (place: string) => void) => void;
	readonly signal?: AbortSignal | undefined;
};

/** One process in the router's container that probes any number of targets. */
type Prober = {
	readonly isOpen: () => boolean;
	/** Ends the process unless it has targets. */
	readonly rest: () => void;
	/** Resolves when the target is ready or late. The process says which within the limit, or is given up. */
	readonly ask: (asked: Asked) => Promise<void>;
};

/** The probers of an engine by the router's container, and how many keep them. */
type Probers = {readonly running: Map<string, Prober>; keepers: number};

const probers = new WeakMap<Engine, Probers>();

function probersOf(engine: Engine): Probers {
	const found = probers.get(engine) ?? {running: new Map(), keepers: 0};
	probers.set(engine, found);
	return found;
}

/**
 * Keeps the process between targets until the returned function is called: to start one takes the router's container longer
 * than to ask twenty targets.
 */
export function keepProber(engine: Engine): () => void {
	const all = probersOf(engine);
	all.keepers++;
	return () => {
		all.keepers--;
		if (all.keepers === 0) for (const prober of all.running.values()) prober.rest();
	};
}

/**
 * Asks a target until it is ready or late. All targets that are asked at the same time share one process, which ends with
 * the last of them unless it is kept. If this process dies, the engine closes its input, which ends it too.
 * @throws EngineError with an unknown outcome if the process ends early
 */
export function askTarget(engine: Engine, containerId: string, asked: Asked): Promise<void> {
	const all = probersOf(engine);
	const open = all.running.get(containerId);
	if (open?.isOpen()) return open.ask(asked);
	const prober = startProber(engine, containerId, () => all.keepers > 0);
	all.running.set(containerId, prober);
	return prober.ask(asked);
}

type Waiting = {readonly report: (report: Report) => void; readonly fail: (error: Error) => void};

function startProber(engine: Engine, containerId: string, isKept: () => boolean): Prober {
	const targets = new Map<string, Waiting>();
	const input = new PassThrough({encoding: 'utf8'});
	let count = 0;
	let isOpen = true;
	const send = (line: string): void => {
		if (isOpen) input.write(`${line}\n`);
	};
	const rest = (): void => {
		if (targets.size > 0) return;
		isOpen = false;
		input.end();
	};
	const finish = (id: string): void => {
		if (targets.delete(id) && !isKept()) rest();
	};
	const stopped = new AbortController();
	const end = (error: Error): void => {
		isOpen = false;
		input.end();
		stopped.abort(error);
		for (const {fail} of targets.values()) fail(error);
	};
	const onLine = (line: string): void => {
		const [, id, report] = /^(\d+) (.*)$/.exec(line) ?? [];
		const parsed = report === undefined ? undefined : parseReport(report);
		if (id !== undefined && parsed) targets.get(id)?.report(parsed);
	};
	runScript(engine, containerId, probeScript, probeArgs, {input, onLine, signal: stopped.signal}).then(
		({exitCode, stderr}) => end(endError(exitCode, stderr)),
		end,
	);

	const ask = async ({question, onReport, signal}: Asked): Promise<void> => {
		signal?.throwIfAborted();
		const id = String(++count);
		const {promise, resolve, reject} = Promise.withResolvers<void>();
		const askWhy = (place: string): void => send(`why ${id} ${place}`);
		const report = (said: Report): void => {
			onReport(said, askWhy);
			if (said.type === 'try' && said.state !== 'waits') resolve();
		};
		const stop = (): void => {
			send(`drop ${id}`);
			reject(signal?.reason);
		};
		targets.set(id, {report, fail: reject});
		signal?.addEventListener('abort', stop, {once: true});
		const silence = setTimeout(() => end(silent()), Number(question.split(' ', 1)[0]) + graceMs());
		send(`ask ${id} ${question}`);
		try {
			await promise;
		} finally {
			clearTimeout(silence);
			signal?.removeEventListener('abort', stop);
			finish(id);
		}
	};
	return {isOpen: () => isOpen, rest, ask};
}

function parseReport(text: string): Report | undefined {
	const cause = /^why (.*)$/.exec(text)?.[1];
	if (cause !== undefined) return {type: 'why', cause};
	const [, state, tries, elapsedMs, answer, details] =
		/^(waits|ready|late) (\d+) (\d+) ([^\t]*)\t(.*)$/.exec(text) ?? [];
	if (state === undefined) return undefined;
	return {
		type: 'try',
		state: state as 'waits' | 'ready' | 'late',
		tries: Number(tries),
		elapsedMs: Number(elapsedMs),
		answer: answer ?? '',
		details: details ?? '',
	};
}

/** How much longer than its limit a target may take, on a busy engine. */
const graceMs = (): number => 2 * patienceMs();

/** A busy engine may start a process and never connect its input and output. */
const silent = (): Error => new EngineError('the probe in the router does not answer');

/** Nobody waits any more when it ends as it should. */
function endError(exitCode: number, stderr: string): Error {
	const alert = /^\[ALERT\][^:]*: (.*)$/m.exec(stderr)?.[1] ?? stderr.trim().split('\n').at(-1) ?? '';
	if (exitCode === 0) return new EngineError('the probe in the router ended early');
	return new EngineError(`cannot run probes in the router: ${alert || `exit code ${exitCode}`}`, {isAnswered: true});
}
