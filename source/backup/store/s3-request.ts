import {createHash} from 'node:crypto';
import type {IncomingMessage} from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import {sign} from 'aws4';
import {boundedText} from '../../bounded-text.ts';
import {messageOf} from '../../errors.ts';
import type {BackupStore, StorePlace} from '../../settings/backup-stores.ts';
import {refusalOf} from './s3-errors.ts';
import {StoreError} from './store.ts';

export type S3Credentials = {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken?: string | undefined;
};

export type S3Place = {
	/** Of the store, for messages. */
	readonly name: string;
	readonly place: Extract<StorePlace, {type: 's3'}>;
	readonly store: Pick<BackupStore, 'endpoint' | 'region'>;
	readonly credentials: S3Credentials;
	readonly signal: AbortSignal;
};

type S3Request = {
	readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
	/** What it does, for messages: `write shop/…`. */
	readonly what: string;
	/** Empty for the bucket. */
	readonly key?: string;
	readonly query?: Readonly<Record<string, string>>;
	readonly body?: Uint8Array;
	/** Instead of the client's own. */
	readonly signal?: AbortSignal | undefined;
};

/** Sends signed requests to one bucket. */
export type S3Client = {
	/** The answer, whose body has to be read. @throws StoreError for any answer that is not a success */
	readonly send: (request: S3Request) => Promise<IncomingMessage>;
	/** The text of a short answer. */
	readonly ask: (request: S3Request) => Promise<string>;
	readonly close: () => void;
};

/** Without a byte in either direction. */
const idleMs = 60_000;
const longestAnswerMb = 8;

/** Pauses before a request is repeated that got no answer, or one that says that the service is in trouble. */
const pausesMs = [300, 1500, 4000];

/**
 * The address of a bucket. AWS wants the bucket in the host name, where a certificate matches one without dots; other services
 * all know it as the first part of the path.
 */
export function bucketAddress({bucket}: S3Place['place'], {endpoint, region = 'us-east-1'}: S3Place['store']): URL {
	if (endpoint !== undefined) return new URL(`${endpoint.replace(/\/+$/, '')}/${bucket}/`);
	const host = region.startsWith('cn-') ? `s3.${region}.amazonaws.com.cn` : `s3.${region}.amazonaws.com`;
	return new URL(bucket.includes('.') ? `https://${host}/${bucket}/` : `https://${bucket}.${host}/`);
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** Opens what sends requests to a bucket. Nothing is sent yet. */
export function openS3Client({name, place, store, credentials, signal}: S3Place): S3Client {
	const address = bucketAddress(place, store);
	const isSecure = address.protocol === 'https:';
	const {Agent, request: start} = isSecure
		? process.getBuiltinModule('node:https')
		: process.getBuiltinModule('node:http');
	const agent = new Agent({keepAlive: true, maxSockets: 4});

	/** One attempt. The signature holds the time, so each attempt has its own. */
	function attempt({method, key = '', query = {}, body, signal: own}: S3Request): Promise<IncomingMessage> {
		const search = new URLSearchParams(query).toString();
		const signed = sign(
			{
				service: 's3',
				region: store.region ?? 'us-east-1',
				method,
				host: address.host,
				path: `${address.pathname}${key}${search === '' ? '' : `?${search}`}`,
				headers: {
					'X-Amz-Content-Sha256': createHash('sha256')
						.update(body ?? '')
						.digest('hex'),
					...(body === undefined ? {} : {'Content-Length': body.length}),
				},
			},
			credentials,
		);
		return new Promise((resolve, reject) => {
			const {path, headers} = signed;
			const options = {method, path: path!, headers: headers!, agent, signal: own ?? signal, timeout: idleMs};
			const sent = start({...options, hostname: address.hostname.replace(/^\[|\]$/g, ''), port: address.port}, resolve);
			sent.on('timeout', () => sent.destroy(new Error(`it was silent for ${idleMs / 1000} s`)));
			sent.on('error', reject);
			sent.end(body);
		});
	}

	async function send(request: S3Request): Promise<IncomingMessage> {
		for (let count = 0; ; count++) {
			const isLast = count === pausesMs.length;
			try {
				const response = await attempt(request);
				const status = response.statusCode ?? 0;
				if (isSuccess(status)) return response;
				const body = await boundedText(response, longestAnswerMb);
				const isInTrouble = [500, 502, 503, 504].includes(status);
				if (isLast || !isInTrouble) throw refusalOf(name, request.what, {status, body});
			} catch (error) {
				if (error instanceof StoreError) throw error;
				(request.signal ?? signal).throwIfAborted();
				if (isLast)
					throw new StoreError(name, 'unavailable', `${request.what}: ${address.host}: ${messageOf(error)}`, {
						cause: error,
					});
			}
			await pause(pausesMs[count], undefined, {signal: request.signal ?? signal});
		}
	}

	return {
		send,
		async ask(request) {
			const response = await send(request);
			try {
				return await boundedText(response, longestAnswerMb);
			} catch (error) {
				(request.signal ?? signal).throwIfAborted();
				throw new StoreError(name, 'unavailable', `${request.what}: ${messageOf(error)}`, {cause: error});
			}
		},
		close: () => agent.destroy(),
	};
}
