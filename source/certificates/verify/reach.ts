import {type IncomingMessage, request} from 'node:http';
import {challengePrefix} from '../../router/layout.ts';
import type {Challenge} from '../../router/router.ts';
import {answerMs} from './findings.ts';

/** What answers at a port. `router`: the one that knows the challenge. */
export type Outcome =
	| {readonly outcome: 'router' | 'refused' | 'timeout'}
	| {readonly outcome: 'unreachable'; readonly code: string}
	| {readonly outcome: 'redirect'; readonly location: string}
	/** Status and server are null if the answer was not HTTP. */
	| {readonly outcome: 'other'; readonly status: number | null; readonly server: string | null};

/** What answers at port 80 of one address to which DNS leads. */
export type Reached = {readonly address: string} & Outcome;

const longestBody = 1024;

async function readBody(response: IncomingMessage): Promise<string> {
	let body = '';
	response.setEncoding('latin1');
	for await (const part of response as AsyncIterable<string>) {
		body += part;
		if (body.length > longestBody) break;
	}
	return body;
}

const open = (address: string, host: string, token: string): Promise<IncomingMessage> =>
	new Promise((resolve, reject) => {
		request({
			host: address,
			port: 80,
			path: `${challengePrefix}${token}`,
			headers: {host, 'user-agent': 'compartment'},
			agent: false,
			signal: AbortSignal.timeout(answerMs),
		})
			.once('response', resolve)
			.once('error', reject)
			.end();
	});

const unreachable = ['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EACCES', 'EPERM', 'EINVAL', 'EAFNOSUPPORT'];

function outcomeOf({code = '', name}: NodeJS.ErrnoException): Outcome {
	if (code === 'ECONNREFUSED') return {outcome: 'refused'};
	if (name === 'AbortError' || name === 'TimeoutError' || code === 'ETIMEDOUT') return {outcome: 'timeout'};
	if (unreachable.includes(code)) return {outcome: 'unreachable', code};
	return {outcome: 'other', status: null, server: null};
}

async function askOnce(address: string, host: string, {token, answer}: Challenge): Promise<Outcome> {
	const response = await open(address, host, token);
	const {statusCode: status = 0, headers} = response;
	const body = await readBody(response);
	if (status === 200 && body.trim() === answer) return {outcome: 'router'};
	if (status >= 300 && status < 400 && headers.location !== undefined)
		return {outcome: 'redirect', location: headers.location};
	return {outcome: 'other', status, server: headers.server?.toString() ?? null};
}

/** Asks an address for a challenge of a host as an authority does: with http at port 80. */
export const askPort80 = async (address: string, host: string, challenge: Challenge): Promise<Reached> => ({
	address,
	...(await askOnce(address, host, challenge).catch(outcomeOf)),
});
