import type {ClientRequest, IncomingMessage} from 'node:http';
import {messageOf} from '../errors.ts';
import {formatDuration} from '../output/duration.ts';
import {codeOf} from '../state/private-file.ts';

type Post = {
	readonly url: string;
	readonly body: string;
	readonly headers: Readonly<Record<string, string>>;
	/** How long it may take, in milliseconds. */
	readonly limitMs: number;
	readonly signal: AbortSignal;
};

/**
 * Sends a request, and reads nothing of the answer but its status. Follows no redirect: the signature is for one address.
 * @returns what went wrong, without the URL; undefined after a 2xx. Never throws
 */
export function post({url, body, headers, limitMs, signal}: Post): Promise<string | undefined> {
	return new Promise(resolve => {
		if (signal.aborted) return resolve('cancelled');
		const {protocol} = new URL(url);
		// A static import would load either for every command.
		const {request: open} =
			protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http');
		let request: ClientRequest;
		const settle = (problem: string | undefined) => {
			clearTimeout(timer);
			signal.removeEventListener('abort', onAbort);
			resolve(problem);
			request?.destroy();
		};
		const onAbort = () => settle('cancelled');
		const timer = setTimeout(() => settle(`no answer in ${formatDuration(limitMs)}`), limitMs);
		signal.addEventListener('abort', onAbort, {once: true});
		const length = String(Buffer.byteLength(body));
		try {
			request = open(url, {
				method: 'POST',
				agent: false,
				headers: {...headers, 'Content-Type': 'application/json', 'Content-Length': length},
			});
		} catch (error) {
			return settle(messageOf(error));
		}
		request.on('response', (answer: IncomingMessage) => {
			const {statusCode = 0} = answer;
			settle(statusCode >= 200 && statusCode < 300 ? undefined : `answered ${statusCode}`);
		});
		// With several addresses, none of which answers, the message is empty.
		request.on('error', error => settle(messageOf(error) || (codeOf(error) ?? 'the connection failed')));
		request.end(body);
	});
}
