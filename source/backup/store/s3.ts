import type {IncomingMessage} from 'node:http';
import {messageOf} from '../../errors.ts';
import {openS3Client, type S3Client, type S3Place} from './s3-request.ts';
import {abortUpload, upload} from './s3-upload.ts';
import {elementsOf, textOf} from './s3-xml.ts';
import {collect, type Store, StoreError, type StoreFile} from './store.ts';

/** Number of small files that are read at the same time. */
const readAtOnce = 4;

async function* chunksOf(name: string, what: string, response: IncomingMessage, signal: AbortSignal) {
	try {
		for await (const chunk of response as AsyncIterable<Buffer>) yield chunk;
	} catch (error) {
		signal.throwIfAborted();
		throw new StoreError(name, 'unavailable', `${what}: ${messageOf(error)}`, {cause: error});
	}
}

/** Follows the pages of a list. @param next the query of the next page; undefined after the last */
async function* pagesOf(
	client: S3Client,
	query: Readonly<Record<string, string>>,
	next: (page: string) => Readonly<Record<string, string>> | undefined,
): AsyncGenerator<string> {
	for (let more: Readonly<Record<string, string>> | undefined = {}; more; ) {
		const page: string = await client.ask({method: 'GET', what: 'list the bucket', query: {...query, ...more}});
		yield page;
		more = textOf(page, 'IsTruncated') === 'true' ? next(page) : undefined;
	}
}

/** Opens a prefix of an S3 bucket. Connects with the first request. */
export function openS3(from: S3Place, url: string): Store {
	const {name, place, signal} = from;
	const client = openS3Client(from);
	const start = place.prefix === '' ? '' : `${place.prefix}/`;
	const keyOf = (path: string): string => `${start}${path}`;

	async function list(folder: string): Promise<readonly StoreFile[]> {
		const files: StoreFile[] = [];
		const query = {'list-type': '2', prefix: keyOf(folder === '' ? '' : `${folder}/`)};
		const pages = pagesOf(client, query, page => {
			const token = textOf(page, 'NextContinuationToken');
			return token === undefined ? undefined : {'continuation-token': token};
		});
		for await (const page of pages)
			for (const entry of elementsOf(page, 'Contents')) {
				const key = textOf(entry, 'Key') ?? '';
				if (key.startsWith(start)) files.push({path: key.slice(start.length), size: Number(textOf(entry, 'Size'))});
			}
		return files;
	}

	async function read(path: string): Promise<AsyncIterable<Uint8Array>> {
		const what = `read ${keyOf(path)}`;
		return chunksOf(name, what, await client.send({method: 'GET', what, key: keyOf(path)}), signal);
	}

	return {
		name,
		url,
		list,
		read,
		async *readEach(paths) {
			for (let from = 0; from < paths.length; from += readAtOnce) {
				const some = paths.slice(from, from + readAtOnce);
				yield* await Promise.all(
					some.map(async path => ({path, content: await collect(name, path, await read(path))})),
				);
			}
		},
		write: (path, content, most) => upload({client, name, key: keyOf(path), signal}, content, most),
		async remove(paths) {
			for (const path of paths)
				await client
					.ask({method: 'DELETE', what: `remove ${keyOf(path)}`, key: keyOf(path)})
					.catch((error: unknown) => {
						if (!(error instanceof StoreError) || error.failure !== 'missing') throw error;
					});
		},
		async clean(folder) {
			const query = {uploads: '', prefix: keyOf(`${folder}/`)};
			const pages = pagesOf(client, query, page => {
				const key = textOf(page, 'NextKeyMarker');
				return key ? {'key-marker': key, 'upload-id-marker': textOf(page, 'NextUploadIdMarker') ?? ''} : undefined;
			});
			for await (const page of pages)
				for (const entry of elementsOf(page, 'Upload')) {
					const [key = '', id = ''] = [textOf(entry, 'Key'), textOf(entry, 'UploadId')];
					if (key.startsWith(query.prefix) && id !== '') await abortUpload(client, key, id);
				}
		},
		close: client.close,
	};
}
