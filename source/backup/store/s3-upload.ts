import {refusalOf} from './s3-errors.ts';
import type {S3Client} from './s3-request.ts';
import {textOf} from './s3-xml.ts';

const mebibyte = 1024 * 1024;

/** Of a multipart upload, by the rules of S3. The last part may be smaller. */
const leastPart = 8 * mebibyte;
const mostParts = 10_000;

/** How long removing the parts of a failed upload may take. */
const abortMs = 10_000;

/** Size of the parts of an upload: small, so that little is held in memory, unless that would be too many. */
export const partSizeOf = (most: number): number =>
	Math.max(leastPart, Math.ceil(most / (mostParts * 0.9) / mebibyte) * mebibyte);

/**
 * Cuts content into parts of one size; the last one is smaller, and the only one if there is nothing. Two parts share the memory
 * of all: one is overwritten when the next but one is asked for.
 */
export async function* cut(content: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
	let [part, other] = [Buffer.allocUnsafe(size), Buffer.allocUnsafe(size)];
	let used = 0;
	let count = 0;
	for await (const chunk of content) {
		for (let from = 0; from < chunk.length; ) {
			const taken = Math.min(size - used, chunk.length - from);
			part.set(chunk.subarray(from, from + taken), used);
			used += taken;
			from += taken;
			if (used < size) continue;
			yield part;
			count++;
			[part, other] = [other, part];
			used = 0;
		}
	}
	if (used > 0 || count === 0) yield part.subarray(0, used);
}

type Upload = {readonly client: S3Client; readonly name: string; readonly key: string; readonly signal: AbortSignal};

const completion = (tags: readonly string[]): Buffer =>
	Buffer.from(
		`<CompleteMultipartUpload>${tags
			.map((tag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${tag}</ETag></Part>`)
			.join('')}</CompleteMultipartUpload>`,
	);

const escaped = (text: string): string =>
	text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

async function uploadParts(
	{client, name, key, signal}: Upload,
	uploadId: string,
	parts: AsyncIterable<Uint8Array>,
): Promise<void> {
	const tags: string[] = [];
	// The next part is filled while this one is on its way: two are in memory.
	let sending: Promise<void> = Promise.resolve();
	for await (const body of parts) {
		await sending;
		signal.throwIfAborted();
		const number = tags.push('');
		const query = {partNumber: String(number), uploadId};
		sending = client.send({method: 'PUT', what: `write ${key}`, key, query, body}).then(async response => {
			response.resume();
			tags[number - 1] = escaped(String(response.headers.etag ?? ''));
		});
		// It is awaited after the next part was filled.
		sending.catch(() => undefined);
	}
	await sending;
	const answer = await client.ask({
		method: 'POST',
		what: `write ${key}`,
		key,
		query: {uploadId},
		body: completion(tags),
	});
	// S3 begins its answer before it knows the outcome, so a failure may have the status of a success.
	if (textOf(answer, 'Code') !== undefined && textOf(answer, 'ETag') === undefined)
		throw refusalOf(name, `write ${key}`, {status: 500, body: answer});
}

/** Removes the parts of an upload that was not completed. */
export const abortUpload = async (
	client: S3Client,
	key: string,
	uploadId: string,
	signal?: AbortSignal,
): Promise<void> =>
	void (await client.ask({method: 'DELETE', what: `remove an upload of ${key}`, key, query: {uploadId}, signal}));

/** Writes an object, in one request or in parts. It exists when all of it has arrived. */
export async function upload(to: Upload, content: AsyncIterable<Uint8Array>, most: number): Promise<void> {
	const {client, key} = to;
	const size = partSizeOf(most);
	const parts = cut(content, size);
	const first = (await parts.next()).value as Uint8Array;
	if (first.length < size) {
		await client.ask({method: 'PUT', what: `write ${key}`, key, body: first});
		return;
	}
	const all = (async function* () {
		yield first;
		yield* parts;
	})();
	const begun = await client.ask({method: 'POST', what: `write ${key}`, key, query: {uploads: ''}});
	const uploadId = textOf(begun, 'UploadId');
	if (!uploadId) throw refusalOf(to.name, `write ${key}`, {status: 500, body: begun});
	try {
		await uploadParts(to, uploadId, all);
	} catch (error) {
		// Also after ctrl-c. What cannot be removed now is removed by the next run.
		await abortUpload(client, key, uploadId, AbortSignal.timeout(abortMs)).catch(() => undefined);
		throw error;
	}
}
