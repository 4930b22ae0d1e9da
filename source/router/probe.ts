import type {Engine} from '../engine/engine.ts';
import {untilAnswered} from '../engine/until-answered.ts';
import {findRouter, runScript} from './container.ts';
import type {RouterOptions} from './options.ts';
import {httpProbeScript, tcpProbeScript} from './probe-scripts.ts';
import {toRequestPath} from './request-path.ts';
import {assertTarget} from './safe-names.ts';

export type ProbeResult = {
	readonly isReady: boolean;
	readonly tries: number;
	/** The response, such as `503 Service Unavailable: the database is locked`, or why there was none. Foreign text. */
	readonly lastAnswer: string;
	/** Milliseconds, in steps of ten. */
	readonly elapsedMs: number;
};

type ProbeOptions = {
	/** Called when the answer changes and every second, with the number of tries so far. */
	readonly onTry?: (answer: string, tries: number) => void;
	readonly signal?: AbortSignal;
};

export type HttpProbe = {
	readonly address: string;
	readonly port: number;
	readonly path: string;
	readonly hostHeader: string;
	/** Milliseconds for all tries together. One try takes five seconds at most. */
	readonly timeoutMs: number;
};

export type TcpProbe = {readonly host: string; readonly port: number; readonly timeoutMs: number};

/**
 * GETs a path from inside the network until the response is 2xx, every 0.1 s at first. Redirects are not followed: the router can
 * reach targets that a service must not (its own admin ports, other environments).
 */
export function probeHttp(
	engine: Engine,
	options: RouterOptions,
	{address, port, path, hostHeader, timeoutMs}: HttpProbe,
	probeOptions: ProbeOptions = {},
): Promise<ProbeResult> {
	assertTarget({address, port});
	if (!/^[A-Za-z0-9._:-]+$/.test(hostHeader)) throw new Error(`invalid Host header: ${JSON.stringify(hostHeader)}`);
	const args = [Math.ceil(timeoutMs / 10), address, port, toRequestPath(path), hostHeader];
	return probe(engine, options, httpProbeScript, args, probeOptions);
}

/** Connects from inside the network until the port accepts a connection, every 0.1 s at first. */
export function probeTcp(
	engine: Engine,
	options: RouterOptions,
	{host, port, timeoutMs}: TcpProbe,
	probeOptions: ProbeOptions = {},
): Promise<ProbeResult> {
	if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(host)) throw new Error(`invalid host to probe: ${JSON.stringify(host)}`);
	return probe(engine, options, tcpProbeScript, [Math.ceil(timeoutMs / 10), host, port], probeOptions);
}

// nc's prefix before the cause; the address means nothing to users.
const unreached = /^can't connect to remote host(?: \([^)]*\))?: /;

/** The status or the cause, plus the service's own text unless that is a page. */
function answerText(answer: string, more: string): string {
	const said = more.trim();
	const cause = answer.replace(unreached, '');
	return said === '' || said.startsWith('<') ? cause : `${cause}: ${said}`;
}

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
		const match = /^(ready|late|waits) (\d+) (\d+) ([^\t]*)\t?(.*)$/.exec(line);
		if (!match) return;
		const [, state, tries, hundredths, status = '', more = ''] = match;
		const answer = answerText(status, more);
		last = {isReady: state === 'ready', tries: Number(tries), lastAnswer: answer, elapsedMs: Number(hundredths) * 10};
		onTry?.(answer, last.tries);
		if (last.isReady) ready.resolve();
	};
	// The script's exit code arrives after its output.
	const run = () => runScript(engine, containerId, script, args, {signal, onLine});
	await Promise.race([untilAnswered(run, signal), ready.promise]);
	return last;
}
