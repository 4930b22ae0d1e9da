import type {Engine} from '../engine/engine.ts';
import {untilAnswered} from '../engine/until-answered.ts';
import {findRouter} from './container.ts';
import type {RouterOptions} from './options.ts';
import {trySeconds, unreached} from './probe-program.ts';
import {askTarget, type Report} from './prober.ts';
import {toRequestPath} from './request-path.ts';
import {assertTarget} from './safe-names.ts';

export type ProbeResult = {
	readonly isReady: boolean;
	readonly tries: number;
	/** The response, such as `503 Service Unavailable: the database is locked`, or why there was none. Foreign text. */
	readonly lastAnswer: string;
	/** Milliseconds. */
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

export type TcpProbe = {readonly address: string; readonly port: number; readonly timeoutMs: number};

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
	const question = `${Math.ceil(timeoutMs)} http ${address} ${port} ${toRequestPath(path)} ${hostHeader}`;
	return probe(engine, options, {question, place: `${address} ${port}`}, probeOptions);
}

/** Connects from inside the network until the port accepts a connection, every 0.1 s at first. */
export function probeTcp(
	engine: Engine,
	options: RouterOptions,
	{address, port, timeoutMs}: TcpProbe,
	probeOptions: ProbeOptions = {},
): Promise<ProbeResult> {
	assertTarget({address, port});
	const place = `${address} ${port}`;
	return probe(engine, options, {question: `${Math.ceil(timeoutMs)} tcp ${place}`, place}, probeOptions);
}

// nc's prefix before the cause; the address means nothing to users.
const prefix = /^nc: (?:can't connect to remote host(?: \([^)]*\))?: )?/;

/** Why there was no connection. The cause is empty if there is one by now: the program has just begun to listen. */
function causeText(cause: string): string {
	const said = cause.replace(prefix, '');
	return said === 'timed out' ? `${noConnection} within ${trySeconds} s` : said || noConnection;
}

const noConnection = 'no connection';

/** The status or the cause, plus the service's own text unless that is a page. */
function answerText(answer: string, details: string): string {
	const said = details.trim();
	return said === '' || said.startsWith('<') ? answer : `${answer}: ${said}`;
}

/** How long a cause is taken to be still the same. */
const causeMs = 10_000;

async function probe(
	engine: Engine,
	options: RouterOptions,
	{question, place}: {readonly question: string; readonly place: string},
	{onTry, signal}: ProbeOptions,
): Promise<ProbeResult> {
	const containerId = await findRouter(engine, options);
	let last: ProbeResult = {isReady: false, tries: 0, lastAnswer: 'the probe did not run', elapsedMs: 0};
	let cause = noConnection;
	let askedWhyAt: number | undefined;
	const onReport = (report: Report, askWhy: (place: string) => void): void => {
		if (report.type === 'why') {
			// It may have been reached meanwhile.
			if (askedWhyAt === undefined) return;
			cause = causeText(report.cause);
			last = {...last, lastAnswer: cause};
		} else {
			const {state, tries, elapsedMs, answer, details} = report;
			const isReached = answer !== unreached;
			last = {
				isReady: state === 'ready',
				tries,
				lastAnswer: isReached ? answerText(answer, details) : cause,
				elapsedMs,
			};
			if (isReached) askedWhyAt = undefined;
			else if (state === 'waits' && (askedWhyAt === undefined || elapsedMs - askedWhyAt >= causeMs)) {
				const isFirst = askedWhyAt === undefined;
				askedWhyAt = elapsedMs;
				askWhy(place);
				// The cause follows at once.
				if (isFirst) return;
			}
		}
		onTry?.(last.lastAnswer, last.tries);
	};
	await untilAnswered(() => askTarget(engine, containerId, {question, onReport, signal}), signal);
	return last;
}
