import type {Engine, ReadonlyEngine} from '../engine/engine.ts';
import type {Slot} from '../model/specs.ts';
import {downSeconds} from './config-check.ts';
import {observeRouter, runScript} from './container.ts';
import type {RouterOptions} from './options.ts';
import {isSlot, parseCheckName} from './safe-names.ts';
import {portsScript, trafficScript} from './scripts.ts';
import {readStatLines, type StatLine} from './stat-lines.ts';

/** The result of the router's check of one serving slot. */
export type Checked = {
	readonly lineage: string;
	readonly service: string;
	readonly slot: Slot;
	/** `10.213.0.5:3000`, so that a result is never attributed to another deployment. */
	readonly target: string;
	/** Consecutive failures so far, counted up to three. */
	readonly failures: 0 | 1 | 2 | 3;
	/** Such as `503 Service Unavailable`. Foreign text. */
	readonly answer: string;
	/** How long it has failed for, in milliseconds. */
	readonly failsForMs: number;
};

/** Long enough for three tries at a port that does not respond. */
const portsDeadlineMs = 10_000;

/** Runs a script in the running router; undefined if the router is not running. */
async function ask(
	{engine, reads, options}: Asker,
	script: string,
	args: readonly (string | number)[] = [],
	signal?: AbortSignal,
): Promise<string | undefined> {
	const {state, containerId} = await observeRouter(reads, options);
	if (state !== 'running' || containerId === undefined) return undefined;
	return (await runScript(engine, containerId, script, args, {signal})).stdout;
}

export type Asker = {
	readonly engine: Pick<Engine, 'exec'>;
	/** Finds the router. */
	readonly reads: ReadonlyEngine;
	readonly options: RouterOptions;
};

/** The results of the router's checks in all environments; empty without a router. */
export async function readChecks(asker: Asker): Promise<readonly Checked[]> {
	return parseChecks((await ask(asker, trafficScript)) ?? '');
}

/** Reads the CSV of `show stat`. Leaves out slots that have not been checked since they began to serve. */
export const parseChecks = (text: string): Checked[] =>
	readStatLines(text).flatMap(line => {
		const place = parseCheckName(line('pxname'));
		const slot = line('svname');
		const failures = failuresOf(line);
		if (!place || !isSlot(slot) || failures === undefined) return [];
		const failsForMs = failures === 3 ? figure(line, 'lastchg') * 1000 : 0;
		return [{...place, slot, target: line('addr'), failures, answer: answerOf(line), failsForMs}];
	});

const figure = (line: StatLine, column: string): number => Number(line(column)) || 0;

/** While a check is running, its last result is prefixed with a star. */
const resultOf = (line: StatLine): string => line('check_status').replace(/^\* /, '');

/**
 * A server goes down at its third failure, but at its first if it has not answered since it began to serve or since the
 * router was loaded. In that case the time it has been down shows whether two more failed.
 */
function failuresOf(line: StatLine): Checked['failures'] | undefined {
	const status = line('status');
	const result = resultOf(line);
	const isLoaded = result !== '' && result !== 'INI';
	if (!isLoaded || status.startsWith('MAINT') || status === 'no check') return undefined;
	const seconds = figure(line, 'lastchg');
	if (status.startsWith('DOWN')) {
		const trySeconds = result.endsWith('TOUT') ? figure(line, 'check_duration') / 1000 : 0;
		return seconds >= 2 * Math.max(downSeconds, trySeconds) ? 3 : 2;
	}
	// Up with health 1 of 3: two failures, or, just after it began to serve, the previous target's result.
	const health = figure(line, 'check_health');
	if (health === 1 && seconds <= downSeconds) return undefined;
	return health >= 3 ? 0 : health === 2 ? 1 : 2;
}

const causes: Readonly<Record<string, string>> = {
	L4TOUT: 'no connection',
	L4CON: 'no connection',
	L6TOUT: 'no answer',
	L7TOUT: 'no answer',
	L7RSP: 'no HTTP answer',
	SOCKERR: 'no connection',
};

function answerOf(line: StatLine): string {
	const code = line('check_code');
	const said = line('last_chk');
	const result = resultOf(line);
	if (result === 'L7STS' || result === 'L7OK') return [code, said].filter(text => text !== '').join(' ');
	if (result === 'L7TOUT' || result === 'L4TOUT')
		return `${causes[result]} within ${Math.max(1, Math.round(figure(line, 'check_duration') / 1000))} s`;
	return said || (causes[result] ?? line('check_desc'));
}

export type PortTarget = {readonly host: string; readonly port: number};

/** Whether a port accepted a connection within three tries. */
export type PortAnswer = {readonly isOpen: boolean; readonly answer: string};

/** Tries ports in parallel, at most three times each. Undefined for those that could not be tried. */
export async function readPorts(
	asker: Asker,
	targets: readonly PortTarget[],
): Promise<readonly (PortAnswer | undefined)[]> {
	if (targets.length === 0) return [];
	for (const {host, port} of targets)
		if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(host) || !Number.isInteger(port))
			throw new Error(`invalid address to probe: ${JSON.stringify([host, port])}`);
	const args = targets.flatMap(({host, port}) => [host, port]);
	const text = (await ask(asker, portsScript, args, AbortSignal.timeout(portsDeadlineMs))) ?? '';
	const answers = new Map(
		[...text.matchAll(/^(\d+) (open|closed) ?(.*)$/gm)].map(([, index, state, answer = '']) => [
			Number(index),
			{isOpen: state === 'open', answer: answer.replace(/^nc: (?:can't connect to remote host(?: \([^)]*\))?: )?/, '')},
		]),
	);
	return targets.map((_target, index) => answers.get(index));
}
