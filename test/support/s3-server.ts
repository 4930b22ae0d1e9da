import {execFile, spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {request} from 'node:http';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {sign} from 'aws4';
import {elementsOf, textOf} from '../../source/backup/store/s3-xml.ts';
import {freePort} from '../docker/router-lab.ts';

const image = 'compartment-test-s3';

type Key = {readonly accessKeyId: string; readonly secretAccessKey: string};

type Answer = {readonly status: number; readonly body: Buffer};

/** A real S3 service, which checks signatures and permissions. */
export type S3Server = {
	readonly endpoint: string;
	readonly bucket: string;
	/** The user whose requests are checked. */
	readonly key: Key;
	/** Replaces what the user may do in the bucket, such as `s3:PutObject`. */
	readonly allow: (...actions: readonly string[]) => Promise<void>;
	/** The content of every object, by key. */
	readonly objects: (bucket?: string) => Promise<ReadonlyMap<string, Buffer>>;
	readonly put: (key: string, content: Buffer) => Promise<void>;
	readonly remove: (key: string) => Promise<void>;
	/** The keys of uploads that were neither completed nor aborted. */
	readonly uploads: () => Promise<readonly string[]>;
	readonly stop: () => Promise<void>;
};

/** Everything but what a test takes away. */
const allActions = ['s3:*'];

export async function startS3(): Promise<S3Server> {
	await promisify(execFile)('bash', [join(import.meta.dirname, '../../scripts/images.sh'), image]);
	const port = await freePort();
	const child = spawn('docker', ['run', '--rm', '--interactive', '--network', 'host', image, String(port)]);
	let log = '';
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding('utf8').on('data', (text: string) => {
			log = (log + text).slice(-10_000);
		});
	child.stdin.on('error', () => undefined);
	const ended = new Promise<void>(resolve => child.once('close', () => resolve()));

	let owner: Key = {accessKeyId: 'nobody', secretAccessKey: 'nothing'};
	const ask = (service: string, method: string, path: string, body: Buffer | string = ''): Promise<Answer> => {
		const headers = {
			'X-Amz-Content-Sha256': createHash('sha256').update(body).digest('hex'),
			'Content-Length': Buffer.byteLength(body),
			...(service === 's3' ? {} : {'Content-Type': 'application/x-www-form-urlencoded'}),
		};
		const host = `127.0.0.1:${port}`;
		const signed = sign({service, region: 'us-east-1', method, host, path, headers}, owner);
		return new Promise((resolve, reject) => {
			const sent = request(
				{host: '127.0.0.1', port, method, path: signed.path!, headers: signed.headers!},
				response => {
					const chunks: Buffer[] = [];
					response.on('data', (chunk: Buffer) => chunks.push(chunk));
					response.on('end', () => resolve({status: response.statusCode ?? 0, body: Buffer.concat(chunks)}));
				},
			);
			sent.on('error', reject);
			sent.end(body);
		});
	};
	const succeed = async (...given: Parameters<typeof ask>): Promise<Buffer> => {
		const {status, body} = await ask(...given);
		if (status >= 300) throw new Error(`${given[1]} ${given[2]}: ${status} ${body}`);
		return body;
	};
	const iam = async (action: string, fields: Readonly<Record<string, string>>) =>
		(
			await succeed(
				'iam',
				'POST',
				'/',
				new URLSearchParams({Action: action, Version: '2010-05-08', ...fields}).toString(),
			)
		).toString();
	const makeUser = async (name: string): Promise<Key> => {
		await iam('CreateUser', {UserName: name});
		const xml = await iam('CreateAccessKey', {UserName: name});
		return {accessKeyId: textOf(xml, 'AccessKeyId')!, secretAccessKey: textOf(xml, 'SecretAccessKey')!};
	};
	const bucket = 'acme-backups';
	const setPolicy = (name: string, actions: readonly string[]) => {
		const statement = {Effect: 'Allow', Action: actions, Resource: '*'};
		const document = JSON.stringify({Version: '2012-10-17', Statement: [statement]});
		return iam('PutUserPolicy', {UserName: name, PolicyName: 'rights', PolicyDocument: document});
	};

	const limit = Date.now() + 60_000;
	while ((await ask('s3', 'GET', '/').catch(() => ({status: 0}))).status === 0) {
		if (Date.now() > limit || child.exitCode !== null) throw new Error(`the S3 service does not start:\n${log}`);
		await new Promise(resolve => setTimeout(resolve, 100));
	}
	const admin = await makeUser('admin');
	await setPolicy('admin', ['*']);
	const key = await makeUser('backup');
	await setPolicy('backup', allActions);
	for (const name of [bucket, 'other-bucket']) await succeed('s3', 'PUT', `/${name}`);
	// From now on every request is checked, those of the tests as well.
	await succeed('s3', 'POST', '/moto-api/reset-auth', '0');
	owner = admin;

	return {
		endpoint: `http://127.0.0.1:${port}`,
		bucket,
		key,
		allow: async (...actions) => void (await setPolicy('backup', actions.length > 0 ? actions : allActions)),
		async objects(name = bucket) {
			const xml = (await succeed('s3', 'GET', `/${name}?list-type=2`)).toString();
			const keys = elementsOf(xml, 'Contents').map(entry => textOf(entry, 'Key')!);
			const found = new Map<string, Buffer>();
			for (const each of keys) found.set(each, await succeed('s3', 'GET', `/${name}/${each}`));
			return found;
		},
		put: async (name, content) => void (await succeed('s3', 'PUT', `/${bucket}/${name}`, content)),
		remove: async name => void (await succeed('s3', 'DELETE', `/${bucket}/${name}`)),
		async uploads() {
			const xml = (await succeed('s3', 'GET', `/${bucket}?uploads=`)).toString();
			return elementsOf(xml, 'Upload').map(entry => textOf(entry, 'Key')!);
		},
		async stop() {
			child.stdin.end();
			await ended;
		},
	};
}
