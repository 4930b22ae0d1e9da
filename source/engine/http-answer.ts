/** A response that was read to its end. */
export type HttpAnswer = {
	readonly status: number;
	/** By name in lower case; of a repeated header, the last value. */
	readonly headers: Readonly<Record<string, string | undefined>>;
	readonly text: string;
};

/** Reads one response from the bytes of a connection. */
export type AnswerReader = {
	/**
	 * Takes the next bytes. Returns the response when it is complete, and whether its connection can be used again.
	 * @throws if they are not HTTP
	 */
	readonly push: (bytes: Buffer) => Read | undefined;
	/** Returns the response if it ends with its connection; undefined if it was cut off. */
	readonly end: () => HttpAnswer | undefined;
};

type Read = {readonly answer: HttpAnswer; readonly isReusable: boolean};

type Head = Omit<HttpAnswer, 'text'> & {readonly isHttp11: boolean};

/** Takes bytes of a body. Returns what follows the body once it is complete. */
type BodyReader = (bytes: Buffer) => Buffer | undefined;

const blank = Buffer.from('\r\n\r\n');
const mostHeadBytes = 64 * 1024;
const none = Buffer.alloc(0);

const join = (parts: readonly Buffer[]): Buffer => (parts.length === 1 ? parts[0]! : Buffer.concat(parts));

const notHttp = (text: string): Error =>
	Object.assign(new Error(`the response is not HTTP: ${JSON.stringify(text.slice(0, 40))}`), {code: 'ENOTHTTP'});

function parseHead(text: string): Head {
	const [first = '', ...lines] = text.split('\r\n');
	const [, minor, status] = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(first) ?? [];
	if (status === undefined) throw notHttp(first);
	const headers: Record<string, string> = {};
	for (const line of lines) {
		const colon = line.indexOf(':');
		if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
	}
	return {status: Number(status), headers, isHttp11: minor === '1'};
}

/** A body of a known length. */
function readLength(length: number, parts: Buffer[]): BodyReader {
	let missing = length;
	return bytes => {
		const part = bytes.subarray(0, missing);
		parts.push(part);
		missing -= part.length;
		return missing === 0 ? bytes.subarray(part.length) : undefined;
	};
}

/** A body in chunks: each one is its size in hexadecimal, a line end, its bytes, a line end. The last one is empty. */
function readChunks(parts: Buffer[]): BodyReader {
	let rest: Buffer = none;
	let missing = 0;
	let isLast = false;
	return bytes => {
		rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
		for (;;) {
			if (missing > 0) {
				const part = rest.subarray(0, missing);
				parts.push(part);
				missing -= part.length;
				rest = rest.subarray(part.length);
			}
			const end = rest.indexOf('\r\n');
			if (end < 0) {
				if (rest.length > mostHeadBytes) throw notHttp(rest.toString('latin1', 0, 40));
				return undefined;
			}
			const line = rest.toString('latin1', 0, end);
			rest = rest.subarray(end + 2);
			if (line === '' && isLast) return rest;
			// The end of a chunk, or a trailer.
			if (line === '' || isLast) continue;
			const [size] = /^[\da-f]+/i.exec(line) ?? [];
			if (size === undefined) throw notHttp(line);
			missing = Number.parseInt(size, 16);
			isLast = missing === 0;
		}
	};
}

function readBody({status, headers}: Head, parts: Buffer[]): BodyReader | undefined {
	if (status === 204 || status === 304) return readLength(0, parts);
	if (headers['transfer-encoding']?.toLowerCase() === 'chunked') return readChunks(parts);
	const length = headers['content-length'];
	return length === undefined ? undefined : readLength(Number(length) || 0, parts);
}

/**
 * Reads one response of HTTP/1.1 to a GET request. Much less than node:http can do, but what a Docker engine sends needs no
 * more, and node:http takes 13 ms of a plan (docs/performance.md).
 */
export function createAnswerReader(): AnswerReader {
	let before: Buffer = none;
	let head: Head | undefined;
	let body: BodyReader | undefined;
	let parts: Buffer[] = [];

	const finish = ({status, headers}: Head): HttpAnswer => ({status, headers, text: join(parts).toString()});

	/** Returns the bytes of the body that came with the head. */
	const readHead = (bytes: Buffer): Buffer | undefined => {
		before = before.length === 0 ? bytes : Buffer.concat([before, bytes]);
		const end = before.indexOf(blank);
		if (end < 0) {
			if (
				before.length > mostHeadBytes ||
				!'HTTP/'.startsWith(before.toString('latin1', 0, Math.min(5, before.length)))
			)
				throw notHttp(before.toString('latin1', 0, 40));
			return undefined;
		}
		head = parseHead(before.toString('latin1', 0, end));
		const rest = before.subarray(end + blank.length);
		before = none;
		// An interim response comes before the real one.
		if (head.status < 200) return readHead(rest);
		parts = [];
		body = readBody(head, parts);
		return rest;
	};

	return {
		push(bytes) {
			const rest = head && head.status >= 200 ? bytes : readHead(bytes);
			if (!head || rest === undefined) return undefined;
			if (!body) {
				parts.push(rest);
				return undefined;
			}
			const after = body(rest);
			if (after === undefined) return undefined;
			const isKept = head.isHttp11 && head.headers['connection']?.toLowerCase() !== 'close';
			return {answer: finish(head), isReusable: isKept && after.length === 0};
		},
		end: () => (head && head.status >= 200 && !body ? finish(head) : undefined),
	};
}
