import {setTimeout as pause} from 'node:timers/promises';
import {steadyNow} from '../clock.ts';
import type {HttpReadiness, TcpReadiness} from '../descriptor/project.ts';
import {runsNow} from '../model/container-state.ts';
import {exitText} from '../model/exit.ts';
import {probeHttp, probeTcp} from '../router/probe.ts';
import {readMask} from './containers.ts';
import {type EnvironmentContext, progress} from './context.ts';
import {askListening} from './listening.ts';
import {unlessEnded} from './unless-ended.ts';

/** The outcome of waiting; `message` says what is wrong. */
export type Readiness =
	/** With a message the port refuses connections, but nothing that accepts them is replaced. */
	| {readonly isReady: true; readonly message?: string}
	| {readonly isReady: false; readonly message: string; readonly lastProbe?: string | undefined};

/** How long a routed service without `readiness` may take to accept connections. */
const listenMs = 10_000;

/**
 * How long a container without `readiness` has to stay up. One that replaces another has longer, because the other is brought
 * back if it fails; the first one of its kind is looked at again at the end of the apply.
 */
const startupMs = {first: 100, replacement: 500} as const;
export type Startup = keyof typeof startupMs;

/** How long the active deployment's port is probed. */
const servingMs = 300;

/** How often a container that is not a candidate may exit and be restarted; one more exit counts as a crash. */
const restartsAllowed = 1;

/** Longest answer that is shown, in characters. */
const shownAnswer = 240;

const cut = (text: string): string => (text.length > shownAnswer ? `${text.slice(0, shownAnswer - 1)}…` : text);

type Target = {
	readonly address: string;
	readonly containerId: string;
};

/** `network` is where a resource is probed. */
type ResourceTarget = Target & {readonly network: string};

type ServiceTarget = Target & {
	readonly host: string;
	readonly port: number;
	/** Gets no requests yet; its first exit is a failure, whatever its restart policy. */
	readonly isCandidate: boolean;
	/** The active deployment that would be replaced. */
	readonly previous?: {readonly address: string; readonly port: number};
};

const program = 'Your program';
/** What a message about the end of a container is about. */
export const subjectOf = (kind: 'resource' | 'service', name: string): string =>
	kind === 'resource' ? `Resource ${name}` : program;

/** Says how a container that had to keep running has ended. */
export async function endedMessage(
	{engine}: Pick<EnvironmentContext, 'engine'>,
	subject: string,
	containerId: string,
	exitCode: number,
): Promise<string> {
	const details = await engine.inspectContainer(containerId).catch(() => undefined);
	const text = exitText({exitCode, isOutOfMemory: details?.isOutOfMemory});
	return `${subject} ${text} at startup${exitCode === 0 ? ', but it must keep running' : ''}.`;
}

/** A container without `readiness` only has to stay up. */
async function staysUp(
	context: EnvironmentContext,
	containerId: string,
	subject: string,
	startup: Startup,
): Promise<Readiness> {
	const outcome = await unlessEnded(context, containerId, 0, signal => pause(startupMs[startup], undefined, {signal}));
	const exitCode = outcome.hasEnded ? outcome.exitCode : await lateExitCode(context, containerId);
	if (exitCode === undefined) return {isReady: true};
	return {isReady: false, message: await endedMessage(context, subject, containerId, exitCode)};
}

/** The exit code of a container that has ended, although a busy engine has not reported it yet. */
async function lateExitCode({engine}: EnvironmentContext, containerId: string): Promise<number | undefined> {
	const details = await engine.inspectContainer(containerId);
	return details && !runsNow(details) ? (details.exitCode ?? 0) : undefined;
}

/** A container's address; one that is being restarted has none for a moment. Undefined if it has none in time. */
async function awaitAddress(
	{engine}: EnvironmentContext,
	{containerId, network}: Pick<ResourceTarget, 'containerId' | 'network'>,
	timeoutMs: number,
	signal: AbortSignal,
): Promise<string | undefined> {
	const deadline = steadyNow() + timeoutMs;
	while (true) {
		const address = (await engine.inspectContainer(containerId))?.networks[network];
		if (address) return address;
		if (steadyNow() >= deadline) return undefined;
		await pause(100, undefined, {signal});
	}
}

/** Waits until a resource accepts connections (docs/rules.md, "Ready with readiness"). */
export async function awaitResource(
	context: EnvironmentContext,
	name: string,
	{address, containerId, network}: ResourceTarget,
	readiness: TcpReadiness | undefined,
	startup: Startup = 'replacement',
): Promise<Readiness> {
	const subject = subjectOf('resource', name);
	if (!readiness) return staysUp(context, containerId, subject, startup);
	const {port, timeoutMs} = readiness;
	let last: string | undefined;
	const onTry = (answer: string, tries: number) => {
		last = answer;
		progress(context, address, `port ${port} → ${answer}, try ${tries}`);
	};
	const outcome = await unlessEnded(context, containerId, restartsAllowed, async signal => {
		const host = await awaitAddress(context, {containerId, network}, timeoutMs, signal);
		if (host === undefined) return {isReady: false};
		return probeTcp(context.engine, context.router, {address: host, port, timeoutMs}, {signal, onTry});
	});
	if (!outcome.hasEnded && outcome.value.isReady) return {isReady: true};
	const message = outcome.hasEnded
		? await endedMessage(context, subject, containerId, outcome.exitCode)
		: `${subject} did not become ready before ${timeoutMs}ms.`;
	return {isReady: false, message, lastProbe: last === undefined ? undefined : `port ${port} → ${last}`};
}

/**
 * Waits until the service's port accepts a connection (docs/rules.md, "Ready without readiness"). When it goes ahead
 * with a port that refuses, the answer has a message.
 */
async function awaitPort(
	context: EnvironmentContext,
	{address, containerId, host, port, isCandidate, previous}: ServiceTarget,
): Promise<Readiness> {
	const onTry = (answer: string) => progress(context, address, `no readiness declared, port ${port} → ${answer}`);
	const outcome = await unlessEnded(context, containerId, isCandidate ? 0 : restartsAllowed, signal =>
		probeTcp(context.engine, context.router, {address: host, port, timeoutMs: listenMs}, {signal, onTry}),
	);
	if (outcome.hasEnded)
		return {isReady: false, message: await endedMessage(context, program, containerId, outcome.exitCode)};
	if (outcome.value.isReady) return {isReady: true};
	const [listening, serving] = await Promise.all([
		askListening(context.engine, containerId, port),
		previous && probeTcp(context.engine, context.router, {...previous, timeoutMs: servingMs}, {signal: context.signal}),
	]);
	const where = listening === undefined ? '' : `; your program ${listening}`;
	const message = `Nothing accepts connections on port ${port} after ${listenMs / 1000} s${where}.`;
	if (!serving?.isReady) return {isReady: true, message};
	const lastProbe = `port ${port} → ${outcome.value.lastAnswer}`;
	return {isReady: false, message: `${message} The active deployment accepts them, so it keeps serving.`, lastProbe};
}

/** Waits until a routed service answers 2xx or, without `readiness`, accepts connections. */
export async function awaitService(
	context: EnvironmentContext,
	target: ServiceTarget,
	readiness: HttpReadiness | undefined,
): Promise<Readiness> {
	if (!readiness) return awaitPort(context, target);
	const {address, containerId, host, port, isCandidate} = target;
	const {path, timeoutMs} = readiness;
	const request = `GET ${path.startsWith('/') ? path : `/${path}`}`;
	const place = {address: host, port, path, hostHeader: `${host}:${port}`, timeoutMs};
	const mask = await readMask(context);
	let last: string | undefined;
	const onTry = (answer: string, tries: number) => {
		// Masked before it is cut: a part of a sensitive value would not be recognised.
		last = cut(mask(answer));
		progress(context, address, `${request} → ${last}, try ${tries}`);
	};
	const outcome = await unlessEnded(context, containerId, isCandidate ? 0 : restartsAllowed, signal =>
		probeHttp(context.engine, context.router, place, {signal, onTry}),
	);
	if (!outcome.hasEnded && outcome.value.isReady) return {isReady: true};
	const lastProbe = last === undefined ? undefined : `${request} → ${last}`;
	if (outcome.hasEnded) {
		const message = await endedMessage(context, program, containerId, outcome.exitCode);
		return {isReady: false, message, lastProbe};
	}
	const message = `runtime readiness failed: Container on port ${port} did not become healthy before ${timeoutMs}ms.`;
	return {isReady: false, message, lastProbe};
}

/** A worker only has to stay up. */
export const awaitWorker = (context: EnvironmentContext, containerId: string, startup: Startup): Promise<Readiness> =>
	staysUp(context, containerId, program, startup);
