import {setTimeout as pause} from 'node:timers/promises';
import type {Authorization, Client, Order} from 'acme-client';
import {steadyNow} from '../clock.ts';
import {failpoint} from '../failpoints.ts';
import {createRequest} from './acme-client.ts';
import {failedBefore, issueError, type Problem} from './issue-error.ts';

/** Shows an ACME server that a host is ours. */
export type Prover = {
	readonly type: 'http-01' | 'dns-01';
	/**
	 * Publishes the answer to a challenge.
	 * @param host the host, without `*.`
	 * @returns what takes it back
	 */
	readonly publish: (challenge: {
		readonly host: string;
		readonly token: string;
		readonly answer: string;
	}) => Promise<() => Promise<void>>;
};

type OrderOptions = {
	readonly host: string;
	readonly prover: Prover;
	readonly signal: AbortSignal;
	readonly say: (message: string) => void;
};

/** How long the server may take to check a challenge, and to issue. */
const limitMs = 90_000;

/** Asks until an answer is final, first quickly. */
async function poll<T>(what: string, signal: AbortSignal, ask: () => Promise<T | undefined>): Promise<T> {
	const end = steadyNow() + limitMs;
	for (let waitMs = 250; ; waitMs = Math.min(5000, 2 * waitMs)) {
		const answer = await ask();
		if (answer !== undefined) return answer;
		if (steadyNow() > end) throw failedBefore('server', `${what} takes longer than ${limitMs / 1000} s`);
		await pause(waitMs, undefined, {signal});
	}
}

const problemOf = (value: object | undefined): Problem =>
	(value as {readonly error?: Problem} | undefined)?.error ?? {};

async function authorize(
	client: Client,
	order: Order,
	authorization: Authorization,
	options: OrderOptions,
): Promise<void> {
	const {host, prover, signal, say} = options;
	if (authorization.status === 'valid') return;
	const challenge = authorization.challenges.find(({type}) => type === prover.type);
	if (!challenge) throw failedBefore('server', `it offers no challenge of type ${prover.type} for ${host}`);
	const answer = await client.getChallengeKeyAuthorization(challenge);
	const takeBack = await prover.publish({host: authorization.identifier.value, token: challenge.token, answer});
	failpoint('certificate.after-answer');
	try {
		say('the ACME server checks the host');
		await client.completeChallenge(challenge);
		await poll('the check of the host', signal, async () => {
			const now = (await client.getAuthorizations(order)).find(({url}) => url === authorization.url);
			if (now?.status === 'pending') return undefined;
			if (now?.status === 'valid') return true;
			throw issueError(problemOf(now?.challenges.find(({type}) => type === prover.type)), {host});
		});
	} finally {
		await takeBack();
	}
}

/**
 * Orders a certificate for one host, or for all hosts directly below a domain.
 * @throws IssueError with the reason
 */
export async function orderCertificate(
	client: Client,
	options: OrderOptions,
): Promise<{readonly chain: string; readonly key: string}> {
	const {host, signal, say} = options;
	const order = await client.createOrder({identifiers: [{type: 'dns', value: host}]});
	for (const authorization of await client.getAuthorizations(order))
		await authorize(client, order, authorization, options);
	say('the ACME server issues the certificate');
	const {key, request} = await createRequest(host);
	const ready = await poll('the order', signal, async () => {
		const now = await client.getOrder(order);
		if (now.status === 'invalid') throw issueError(problemOf(now), {host});
		return now.status === 'pending' ? undefined : now;
	});
	const finalized = ready.status === 'ready' ? await client.finalizeOrder(ready, request) : ready;
	const done = await poll('issuing', signal, async () => {
		const now = finalized.status === 'valid' ? finalized : await client.getOrder(order);
		if (now.status === 'invalid') throw issueError(problemOf(now), {host});
		return now.status === 'valid' ? now : undefined;
	});
	return {chain: await client.getCertificate(done), key};
}
