import type {Engine} from '../engine/engine.ts';
import {findRouter, runScript} from './container.ts';
import type {RouterOptions} from './options.ts';
import {httpProbeScript, tcpProbeScript} from './probe-scripts.ts';
import {assertTarget} from './safe-names.ts';

export type ProbeResult = {
	readonly isReady: boolean;
	readonly tries: number;
	/** Such as `503 Service Unavailable`, or why there was no answer. Foreign text. */
	readonly lastAnswer: string;
	/** Milliseconds, to the hundredth of a second. */
	readonly elapsedMs: number;
};

type ProbeOptions = {
	/** Called with the answer and the number of tries when the answer changes, and every second. */
	readonly onTry?: (answer: string, tries: number) => void;
	readonly signal?: AbortSignal;
};

export type HttpProbe = {
	readonly address: string;
	readonly port: number;
	readonly path: string;
	readonly hostHeader: string;
	/** Milliseconds for all tries together; one try takes five seconds at most. */
	readonly timeoutMs: number;
};

export type TcpProbe = {readonly host: string; readonly port: number; readonly timeoutMs: number};

/** GETs a path every 0.1 s from inside the network until it answers 2xx (contract 1.10). */
export function probeHttp(
	engine: Engine,
	options: RouterOptions,
	{address, port, path, hostHeader, timeoutMs}: HttpProbe,
	probeOptions: ProbeOptions = {},
): Promise<ProbeResult> {
	assertTarget({address, port});
	if (!/^[A-Za-z0-9._:-]+$/.test(hostHeader)) throw new Error(`not a Host header: ${JSON.stringify(hostHeader)}`);
	const url = `http://${address}:${port}${toRequestPath(path)}`;
	return probe(engine, options, httpProbeScript, [Math.ceil(timeoutMs / 10), url, hostHeader], probeOptions);
}

/** Connects every 0.1 s from inside the network until the port accepts. */
export function probeTcp(
	engine: Engine,
	options: RouterOptions,
	{host, port, timeoutMs}: TcpProbe,
	probeOptions: ProbeOptions = {},
): Promise<ProbeResult> {
	if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(host)) throw new Error(`not a host to probe: ${JSON.stringify(host)}`);
	return probe(engine, options, tcpProbeScript, [Math.ceil(timeoutMs / 10), host, port], probeOptions);
}

/** A leading slash, and nothing that could end the request line: a space or a line break. */
const toRequestPath = (path: string): string =>
	(path.startsWith('/') ? path : `/${path}`).replace(/[^\x21-\x7e]/gu, character =>
		[...new TextEncoder().encode(character)]
			.map(byte => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
			.join(''),
	);

// wget's words before the cause; people know neither the address nor that there is a remote host.
const unreached = /^can't connect to remote host(?: \([^)]*\))?: /;

async function probe(
	engine: Engine,
	options: RouterOptions,
	script: string,
	args: readonly (string | number)[],
	{onTry, signal}: ProbeOptions,
): Promise<ProbeResult> {
	const containerId = await findRouter(engine, options);
	let last: ProbeResult = {isReady: false, tries: 0, lastAnswer: 'the probe did not run', elapsedMs: 0};
	const ready = Promise.withResolvers<void>();
	const onLine = (line: string): void => {
		const match = /^(ready|late|waits) (\d+) (\d+) (.*)$/.exec(line);
		if (!match) return;
		const [, state, tries, hundredths, lastAnswer = ''] = match;
		const answer = lastAnswer.replace(unreached, '');
		last = {isReady: state === 'ready', tries: Number(tries), lastAnswer: answer, elapsedMs: Number(hundredths) * 10};
		onTry?.(answer, last.tries);
		if (last.isReady) ready.resolve();
	};
	// The script's end, and the engine's word on it, come later than its answer.
	await Promise.race([runScript(engine, containerId, script, args, {signal, onLine}), ready.promise]);
	return last;
}
