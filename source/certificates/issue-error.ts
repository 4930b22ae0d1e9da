import {stripVTControlCharacters} from 'node:util';
import {UserError} from '../errors.ts';
import type {Hint} from '../hint.ts';
import {command, hint} from '../hint.ts';
import type {IssueFailure} from '../state/state.ts';

/** No certificate was issued: why, and how soon the server may be asked again. */
export class IssueError extends UserError {
	readonly reason: IssueFailure['reason'];
	/** What the ACME server asks to wait, in milliseconds. */
	readonly retryAfterMs: number | undefined;

	constructor(
		reason: IssueFailure['reason'],
		message: string,
		options: {readonly hint?: Hint; readonly retryAfterMs?: number | undefined; readonly cause?: unknown} = {},
	) {
		super(message, options);
		this.name = 'IssueError';
		this.reason = reason;
		this.retryAfterMs = options.retryAfterMs;
	}
}

/** An error as an ACME server describes it (RFC 7807). */
export type Problem = {readonly type?: unknown; readonly detail?: unknown; readonly subproblems?: unknown};

/** Types of RFC 8555, section 6.7, by what they mean for a user. The others mean `server`. */
const reasons: Readonly<Record<string, IssueFailure['reason']>> = {
	dns: 'dns',
	connection: 'connection',
	tls: 'connection',
	unauthorized: 'wrong-answer',
	incorrectResponse: 'wrong-answer',
	caa: 'caa',
	rejectedIdentifier: 'rejected',
	unsupportedIdentifier: 'rejected',
	rateLimited: 'rate-limit',
	accountDoesNotExist: 'account',
	externalAccountRequired: 'account',
	userActionRequired: 'account',
	unsupportedContact: 'account',
	invalidContact: 'account',
};

const words: Readonly<Record<IssueFailure['reason'], string>> = {
	dns: 'DNS does not answer as the ACME server needs it',
	connection: 'the ACME server cannot reach the host on port 80',
	'wrong-answer': 'the ACME server got another answer than the one that this router gives',
	caa: 'a CAA record does not allow this authority',
	rejected: 'the ACME server issues no certificate for this host',
	'rate-limit': 'the ACME server has a rate limit',
	account: 'the ACME server does not accept the account',
	server: 'the ACME server failed',
	unreachable: 'the ACME server cannot be reached',
	'dns-command': 'the DNS command failed',
	router: 'the router cannot answer the ACME server',
};

/** Foreign text as one line of printable characters. */
const plainLine = (text: string): string =>
	stripVTControlCharacters(text)
		.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
		.trim()
		.slice(0, 500);

const kindOf = ({type}: Problem): string | undefined =>
	typeof type === 'string' ? /^urn:ietf:params:acme:error:(\w+)$/.exec(type)?.[1] : undefined;

/** Whether the server wants the same request again with another nonce; the library repeats it. */
export const isBadNonce = (problem: Problem): boolean => kindOf(problem) === 'badNonce';

/** Whether the server does not know the account, or has deactivated it. */
export const isAccountGone = (error: unknown): boolean => error instanceof IssueError && error.reason === 'account';

function hintFor(reason: IssueFailure['reason'], host: string | undefined): Hint | undefined {
	if (reason === 'account') return hint`Look at the account's settings: ${command('settings list')}`;
	if (reason === 'unreachable' || reason === 'server' || reason === 'rate-limit' || host === undefined)
		return undefined;
	return command('domain verify', host);
}

/** The error of a request that the server refused, or of a challenge that it did not accept. */
export function issueError(
	problem: Problem,
	{
		host,
		status,
		retryAfterMs,
	}: {readonly host?: string; readonly status?: number; readonly retryAfterMs?: number | undefined},
): IssueError {
	const reason = status === 429 ? 'rate-limit' : (reasons[kindOf(problem) ?? ''] ?? 'server');
	const detail = typeof problem.detail === 'string' ? plainLine(problem.detail) : '';
	const said = detail || (status === undefined ? '' : `HTTP ${status}`);
	return new IssueError(reason, `${words[reason]}${said === '' ? '' : `: ${said}`}`, {
		...(hintFor(reason, host) === undefined ? {} : {hint: hintFor(reason, host)!}),
		retryAfterMs,
	});
}

/** An error of our own side, in the same words. */
export const failedBefore = (
	reason: 'unreachable' | 'router' | 'dns-command' | 'server',
	detail: string,
	cause?: unknown,
): IssueError => new IssueError(reason, `${words[reason]}: ${plainLine(detail)}`, {cause});
