import type {DialOptions} from 'docker-modem';
import type {HttpAnswer} from './http-answer.ts';

/** One call as docker-modem passes it on. */
export type Call = DialOptions & {
	/** Resolve with the whole response instead of its body as JSON. */
	readonly isWhole?: boolean;
};

type Head = Pick<HttpAnswer, 'status'> & {readonly headers: Readonly<Record<string, unknown>>};

/** Error code for an HTTP server that is not an engine. */
export const notAnEngine = 'ENOTENGINE';

const rawAnswers = /^\/(?:exec\/[^/]+\/start|containers\/[^/]+\/attach)\b/;

/**
 * Engines send their version with every response except those of exec. A response without one may come from a proxy that
 * rejects the call or cannot reach the engine.
 */
const isFromEngine = ({status, headers}: Head, path: string): boolean =>
	headers['api-version'] !== undefined ||
	rawAnswers.test(path) ||
	status === 401 ||
	status === 403 ||
	status === 407 ||
	status >= 500;

/** Throws if the response is not that of an engine. */
export function assertEngine(head: Head, {path}: Call): void {
	if (!isFromEngine(head, path)) throw Object.assign(new Error(`status ${head.status}`), {code: notAnEngine});
}

export const isFine = ({status}: Pick<HttpAnswer, 'status'>, call: Call): boolean =>
	call.statusCodes?.[status] === true;

/** What a call resolves with. Throws the engine's message if its status is not one that the call expects. */
export function resultOf(answer: HttpAnswer, call: Call): unknown {
	const {status, text} = answer;
	if (!isFine(answer, call)) throw Object.assign(new Error(messageIn(text) ?? text.trim()), {statusCode: status});
	if (call.isWhole) return answer;
	return text.trim() === '' ? undefined : JSON.parse(text);
}

function messageIn(text: string): string | undefined {
	try {
		const parsed: unknown = JSON.parse(text);
		const message = typeof parsed === 'object' && parsed !== null && 'message' in parsed ? parsed.message : undefined;
		return typeof message === 'string' ? message.trim() : undefined;
	} catch {
		return undefined;
	}
}
