import {namePattern} from '../descriptor/names.ts';
import {type Check, fromJson, isRecord} from './setting-rules.ts';

/** A place on another machine where backups are stored. */
export type BackupStore = {
	/** `s3://bucket/prefix` or `ssh://user@host:port/path`. */
	readonly url: string;
	/** Of an S3 service that is not that of AWS. */
	readonly endpoint?: string;
	/** Of the bucket; `us-east-1` if absent. */
	readonly region?: string;
	/** Absent for a bucket that is opened with the credentials of the environment. */
	readonly accessKeyId?: string;
	readonly secretAccessKey?: string;
	/** Name of a profile in ~/.aws/credentials, instead of an access key. */
	readonly profile?: string;
};

export type StorePlace =
	| {
			readonly type: 's3';
			readonly bucket: string;
			/** Without slashes at its ends; may be empty. */
			readonly prefix: string;
	  }
	| {
			readonly type: 'ssh';
			readonly host: string;
			readonly user: string | undefined;
			readonly port: number | undefined;
			/** Absolute, or `~/…` below the home folder of the user. */
			readonly path: string;
	  };

const bucketPattern = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const hostPattern = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})$/;
const userPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/;

/** A path of names without characters that a shell or a URL gives a meaning. Never leads upwards. */
const isPlainPath = (path: string): boolean =>
	path.length <= 300 && path.split('/').every(name => /^[A-Za-z0-9._-]+$/.test(name) && !/^\.\.?$/.test(name));

function parseS3(rest: string): StorePlace | undefined {
	const [bucket = '', ...names] = rest.replace(/\/$/, '').split('/');
	const prefix = names.join('/');
	if (!bucketPattern.test(bucket) || bucket.includes('..')) return undefined;
	return prefix === '' || isPlainPath(prefix) ? {type: 's3', bucket, prefix} : undefined;
}

function parseSsh(rest: string): StorePlace | undefined {
	const [, user, host = '', port, path = ''] = /^(?:([^@/]*)@)?([^:/@]+)(?::(\d{1,5}))?\/(.*?)\/?$/.exec(rest) ?? [];
	const isGood =
		hostPattern.test(host) &&
		(user === undefined || userPattern.test(user)) &&
		(port === undefined || (Number(port) >= 1 && Number(port) <= 65_535));
	const isInHome = path.startsWith('~/');
	if (!isGood || !isPlainPath(isInHome ? path.slice(2) : path)) return undefined;
	return {
		type: 'ssh',
		host,
		user,
		port: port === undefined ? undefined : Number(port),
		path: isInHome ? path : `/${path}`,
	};
}

/** The parts of a store's URL; undefined for one that Compartment does not accept. */
export function parseStoreUrl(url: string): StorePlace | undefined {
	const [, scheme, rest = ''] = /^(s3|ssh):\/\/(.+)$/.exec(url) ?? [];
	if (scheme === undefined) return undefined;
	return scheme === 's3' ? parseS3(rest) : parseSsh(rest);
}

/** What a store's URL must be. */
export const storeUrlForm =
	's3://BUCKET/PREFIX or ssh://USER@HOST:PORT/PATH, with paths of A-Z, a-z, 0-9, dots, hyphens and underscores';

function isEndpoint(value: unknown): boolean {
	const url = typeof value === 'string' && value.length <= 500 ? URL.parse(value) : null;
	return url !== null && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash;
}

const isText = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value);

/** The rules of each field, with what completes "must be …". */
const fields: Readonly<Record<keyof BackupStore, readonly [allowed: string, accept: (value: unknown) => boolean]>> = {
	url: [storeUrlForm, value => typeof value === 'string' && parseStoreUrl(value) !== undefined],
	endpoint: ['an http or https URL without a user name, such as https://s3.example.com', isEndpoint],
	region: ['a region, such as eu-central-1', isText(/^[a-z0-9][a-z0-9-]{0,62}$/)],
	accessKeyId: ['an access key ID of letters, digits and _ . / + = -', isText(/^[\w./+=-]{1,128}$/)],
	profile: ['the name of a profile in ~/.aws/credentials', isText(/^[^\s[\]\p{C}][^[\]\p{C}]{0,63}$/u)],
	secretAccessKey: ['1 to 256 characters of ASCII without spaces', isText(/^[!-~]{1,256}$/)],
};

const isField = (name: string): name is keyof BackupStore => Object.hasOwn(fields, name);

/** What is wrong with a store, worded to follow its name; undefined when nothing is. Never quotes a value: it may be a secret. */
export function findStoreFault(store: unknown): string | undefined {
	if (!isRecord(store) || store['url'] === undefined) return 'must be an object with a url';
	const unknown = Object.keys(store).find(name => !isField(name));
	if (unknown !== undefined) return `has an unknown field; it can have ${Object.keys(fields).join(', ')}`;
	for (const [name, [allowed, accept]] of Object.entries(fields))
		if (store[name] !== undefined && !accept(store[name])) return `needs another ${name}: it must be ${allowed}`;
	const {url, ...forS3} = store as BackupStore;
	if (parseStoreUrl(url)?.type === 'ssh' && Object.keys(forS3).length > 0)
		return 'is opened with ssh, which takes its keys and options from your own configuration of ssh';
	if (Boolean(forS3.accessKeyId) !== Boolean(forS3.secretAccessKey))
		return 'needs both accessKeyId and secretAccessKey, or none of them';
	if (forS3.accessKeyId && forS3.profile !== undefined)
		return 'has an access key and a profile, which exclude each other';
	return undefined;
}

const allowed = 'an object of stores by name, such as {"offsite": {"url": "s3://bucket/prefix"}}';

const isStoreName = (name: string): boolean => namePattern.test(name);

function explain(value: unknown): string {
	if (!isRecord(value)) return `must be ${allowed}`;
	const bad = Object.keys(value).find(name => !isStoreName(name));
	if (bad !== undefined) return 'has a name of a store that is not 1 to 63 characters of a-z, 0-9, _ and -';
	const faulty = Object.entries(value).find(([, store]) => findStoreFault(store) !== undefined);
	return faulty ? `store ${faulty[0]} ${findStoreFault(faulty[1])}` : `must be ${allowed}`;
}

const accept = (value: unknown): Readonly<Record<string, BackupStore>> | undefined =>
	isRecord(value) && Object.entries(value).every(([name, store]) => isStoreName(name) && !findStoreFault(store))
		? (value as Readonly<Record<string, BackupStore>>)
		: undefined;

const hidden = '(hidden)';

/** A store as it may be shown: without its secret. */
export function redactStore(store: unknown): unknown {
	if (findStoreFault(store) !== undefined) return hidden;
	const {secretAccessKey, ...shown} = store as BackupStore;
	return {...shown, ...(secretAccessKey === undefined ? {} : {secretAccessKey: hidden})};
}

/** Stores of backups by name. */
export const backupStores: Check<Readonly<Record<string, BackupStore>>> = {
	allowed,
	accept,
	fromText: fromJson(accept),
	secret: {
		redact: value =>
			isRecord(value)
				? Object.fromEntries(
						Object.entries(value).map(([name, store]) => [isStoreName(name) ? name : hidden, redactStore(store)]),
					)
				: hidden,
		explain,
	},
};
