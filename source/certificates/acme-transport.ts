import {readFileSync} from 'node:fs';
import type {IncomingHttpHeaders, IncomingMessage} from 'node:http';
import type {Agent} from 'node:https';
import {setTimeout as pause} from 'node:timers/promises';
import {boundedText} from '../bounded-text.ts';
import {messageOf, UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {fileError} from '../state/private-file.ts';
import {failedBefore, IssueError, isBadNonce, issueError, type Problem} from './issue-error.ts';

/** An answer as the ACME library reads it. */
type AcmeAnswer = {readonly status: number; readonly headers: IncomingHttpHeaders; readonly data: unknown};

/** Sends one request of the ACME library. */
export type AcmeTransport = {
	readonly request: (
		url: string,
		method: string,
		options?: {readonly data?: unknown; readonly headers?: Readonly<Record<string, string>>},
	) => Promise<AcmeAnswer>;
	readonly close: () => void;
};

type Options = {
	/** PEM file with the authority that signs the server's own certificate; empty for those that every system knows. */
	readonly caFile: string;
	readonly signal: AbortSignal;
};

const timeoutMs = 30_000;
const longestAnswerMb = 1;

/** Pauses before a request is repeated that got no answer, or one that says that the server is in trouble. */
const pausesMs = [500, 2000];

function readAuthorities(caFile: string): {readonly ca?: string[]} {
	if (caFile === '') return {};
	const {rootCertificates} = process.getBuiltinModule('node:tls');
	try {
		return {ca: [...rootCertificates, readFileSync(caFile, 'utf8')]};
	} catch (error) {
		throw fileError('read', caFile, error, hint`The settings name it: ${command('settings list')}`);
	}
}

const parse = (text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
};

/** What `Retry-After` asks for, in milliseconds: it holds seconds or a date. */
export function retryAfterOf(header: string | undefined, now: number): number | undefined {
	if (header === undefined) return undefined;
	const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
	return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}

const isInTrouble = ({status, headers}: AcmeAnswer): boolean => status >= 500 && headers['retry-after'] === undefined;

/** What the library gets: an answer, also one that asks for another nonce. Any other refusal is an error with its reason. */
function accepted(answer: AcmeAnswer): AcmeAnswer {
	const {status, headers, data} = answer;
	const problem: Problem = typeof data === 'object' && data !== null ? data : {};
	if (status < 400 || isBadNonce(problem)) return answer;
	throw issueError(problem, {status, retryAfterMs: retryAfterOf(headers['retry-after'], Date.now())});
}

/**
 * Requests to an ACME server over https. The library's own client would wait as long as a rate limit says, and would lose why
 * a request was refused.
 */
export function createTransport({caFile, signal}: Options): AcmeTransport {
	const https = process.getBuiltinModule('node:https');
	const agent: Agent = new https.Agent({keepAlive: true, maxSockets: 8, ...readAuthorities(caFile)});

	async function ask(url: string, method: string, body: string, headers: Readonly<Record<string, string>>) {
		const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
		const sent = {
			...headers,
			'user-agent': 'compartment',
			...(body === '' ? {} : {'content-length': String(Buffer.byteLength(body))}),
		};
		const response = await new Promise<IncomingMessage>((resolve, reject) => {
			const request = https.request(url, {method: method.toUpperCase(), agent, headers: sent, signal: limit}, resolve);
			request.on('error', reject);
			request.end(body);
		});
		return {
			status: response.statusCode ?? 0,
			headers: response.headers,
			data: parse(await boundedText(response, longestAnswerMb)),
		};
	}

	return {
		async request(url, method, {data, headers = {}} = {}) {
			if (!url.startsWith('https://'))
				throw new UserError(`The ACME server names an address without https: ${JSON.stringify(url).slice(0, 200)}`);
			const body = data === undefined ? '' : JSON.stringify(data);
			const type: Readonly<Record<string, string>> = body === '' ? {} : {'content-type': 'application/jose+json'};
			for (let attempt = 0; ; attempt++) {
				const isLast = attempt === pausesMs.length;
				try {
					const answer = await ask(url, method, body, {...headers, ...type});
					if (isLast || !isInTrouble(answer)) return accepted(answer);
				} catch (error) {
					if (error instanceof IssueError || signal.aborted) throw error;
					if (isLast) throw failedBefore('unreachable', `${new URL(url).host}: ${messageOf(error)}`, error);
				}
				await pause(pausesMs[attempt], undefined, {signal});
			}
		},
		close: () => agent.destroy(),
	};
}
