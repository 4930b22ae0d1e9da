import type {HttpReadiness, TcpReadiness} from '../descriptor/project.ts';
import {type ProbeResult, probeHttp, probeTcp} from '../router/probe.ts';
import {isUp} from './containers.ts';
import {type ApplyContext, progress} from './context.ts';

/** The outcome of waiting; `message` has the documented text when it is not ready. */
export type Readiness =
	| {readonly isReady: true}
	| {readonly isReady: false; readonly message: string; readonly lastProbe?: string};

/** How long a service without readiness may take until its port answers, before it is used all the same. */
const courtesyMs = 10_000;

/** How long a container without readiness has to stay up. */
const startupMs = 500;

const pause = (ms: number, signal: AbortSignal) =>
	new Promise<void>(resolve => {
		const timer = setTimeout(done, ms);
		function done() {
			clearTimeout(timer);
			signal.removeEventListener('abort', done);
			resolve();
		}
		signal.addEventListener('abort', done, {once: true});
	});

type Probe = (options: {
	readonly signal: AbortSignal;
	readonly onTry: (answer: string, tries: number) => void;
}) => Promise<ProbeResult>;

/**
 * Probes until the answer is yes, the time is up, or the container has ended: nobody waits for one that crashed. What it
 * answered last counts then.
 */
async function probeWhileRunning(
	context: ApplyContext,
	{containerId, isCleanEndFinal}: Pick<Target, 'containerId' | 'isCleanEndFinal'>,
	probe: Probe,
	onTry: (answer: string, tries: number) => void,
): Promise<Pick<ProbeResult, 'isReady' | 'lastAnswer'> & {readonly hasEnded?: boolean}> {
	const ended = new AbortController();
	const finished = new AbortController();
	let lastAnswer = 'it ended before the first try';
	const watch = async () => {
		// A policy that restarts it gives it more tries: only a container that stays down ends the wait.
		while (!finished.signal.aborted) {
			await context.engine.wait(containerId, finished.signal);
			await pause(300, finished.signal);
			if (isCleanEndFinal && (await context.engine.lastExitCode(containerId)) === 0) return ended.abort();
			const details = await context.engine.inspectContainer(containerId);
			if (details?.state !== 'running' && details?.state !== 'restarting') return ended.abort();
		}
	};
	watch().catch(() => undefined);
	try {
		return await probe({
			signal: AbortSignal.any([context.signal, ended.signal]),
			onTry(answer, tries) {
				lastAnswer = answer;
				onTry(answer, tries);
			},
		});
	} catch (error) {
		if (!ended.signal.aborted || context.signal.aborted) throw error;
		return {isReady: false, lastAnswer, hasEnded: true};
	} finally {
		finished.abort();
	}
}

/** Without readiness a container only has to stay up (contract 1.10). */
async function staysUp(context: ApplyContext, containerId: string, what: string): Promise<Readiness> {
	await pause(startupMs, context.signal);
	const details = await context.engine.inspectContainer(containerId);
	// One that its policy has started again already did not stay up either.
	if (isUp(details) && details?.restartCount === 0) return {isReady: true};
	return {
		isReady: false,
		message: `Expected ${what} container ${containerId.slice(0, 12)} to remain running after startup.`,
	};
}

type Target = {
	readonly address: string;
	readonly containerId: string;
	readonly host: string;
	/** The engine starts it again whatever its exit code was, and its policy means failures only. */
	readonly isCleanEndFinal?: boolean;
};

/** Waits until a resource accepts connections (contract 4.10). */
export async function awaitResource(
	context: ApplyContext,
	name: string,
	{address, containerId, host}: Target,
	readiness: TcpReadiness | undefined,
): Promise<Readiness> {
	if (!readiness) return staysUp(context, containerId, 'resource');
	const {port, timeoutMs} = readiness;
	const {isReady, lastAnswer} = await probeWhileRunning(
		context,
		{containerId},
		options => probeTcp(context.engine, context.router, {host, port, timeoutMs}, options),
		(answer, tries) => progress(context, address, `port ${port} → ${answer}, try ${tries}`),
	);
	if (isReady) return {isReady};
	const details = await context.engine.inspectContainer(containerId);
	const what = isUp(details) ? `did not become ready before ${timeoutMs}ms` : 'ended before it became ready';
	return {isReady, message: `Resource ${name} ${what}.`, lastProbe: `port ${port} → ${lastAnswer}`};
}

/** Waits until a service answers 2xx, or, without readiness, stays up and listens if it ever will. */
export async function awaitService(
	context: ApplyContext,
	target: Target,
	port: number,
	readiness: HttpReadiness | undefined,
): Promise<Readiness> {
	const {address, containerId, host} = target;
	if (!readiness) {
		const up = await staysUp(context, containerId, 'runtime');
		if (!up.isReady) return up;
		await probeWhileRunning(
			context,
			target,
			options => probeTcp(context.engine, context.router, {host, port, timeoutMs: courtesyMs}, options),
			answer => progress(context, address, `no readiness declared, port ${port} → ${answer}`),
		);
		const details = await context.engine.inspectContainer(containerId);
		return isUp(details)
			? up
			: {
					isReady: false,
					message: `Expected runtime container ${containerId.slice(0, 12)} to remain running after startup.`,
				};
	}
	const {path, timeoutMs} = readiness;
	const request = `GET ${path.startsWith('/') ? path : `/${path}`}`;
	const place = {address: host, port, path, hostHeader: `${host}:${port}`, timeoutMs};
	const {isReady, lastAnswer, hasEnded} = await probeWhileRunning(
		context,
		target,
		options => probeHttp(context.engine, context.router, place, options),
		(answer, tries) => progress(context, address, `${request} → ${answer}, try ${tries}`),
	);
	if (isReady) return {isReady};
	const details = await context.engine.inspectContainer(containerId);
	const message =
		!hasEnded && isUp(details)
			? `Container on port ${port} did not become healthy before ${timeoutMs}ms.`
			: `Container ended before it became healthy on port ${port}.`;
	const lastProbe = `${request} → ${lastAnswer}`;
	return {isReady, message: `runtime readiness failed: ${message}`, lastProbe};
}

/** A worker, or a container that was started again without readiness, only has to stay up. */
export const awaitWorker = (context: ApplyContext, containerId: string): Promise<Readiness> =>
	staysUp(context, containerId, 'runtime');
