import {command, type Hint, hint} from '../../hint.ts';
import {textOf} from './s3-xml.ts';
import {StoreError} from './store.ts';

/** An answer that is not a success. */
export type Refusal = {readonly status: number; readonly body: string};

type Failure = StoreError['failure'];

const failures: Readonly<Record<string, Failure>> = {
	NoSuchBucket: 'missing',
	NoSuchKey: 'missing',
	NoSuchUpload: 'missing',
	QuotaExceeded: 'full',
	StorageFull: 'full',
	XMinioStorageFull: 'full',
	XMinioAdminBucketQuotaExceeded: 'full',
	EntityTooLarge: 'full',
	ServiceQuotaExceeded: 'full',
	SlowDown: 'unavailable',
	InternalError: 'unavailable',
	ServiceUnavailable: 'unavailable',
};

function failureOf(status: number, code: string | undefined): Failure {
	const known = failures[code ?? ''];
	if (known) return known;
	if (status === 401 || status === 403) return 'denied';
	if (status === 404) return 'missing';
	if (status === 507) return 'full';
	return status >= 500 ? 'unavailable' : 'refused';
}

const hints: Readonly<Record<string, (name: string) => Hint>> = {
	NoSuchBucket: () => 'Create the bucket at the provider of the store. Compartment creates none.',
	RequestTimeTooSkewed: () => 'Set the clock of this machine.',
	InvalidAccessKeyId: name => hint`Check the access key: ${command('backup store show', name)}`,
	SignatureDoesNotMatch: name =>
		hint`The secret access key is not that of the access key. Remove the store and add it again: ${command('backup store remove', name)}`,
	AccessDenied: () =>
		'The access key needs to list the bucket, and to read, write and delete objects and multipart uploads in it.',
};

/** What the store answered, for the user. Its text comes from elsewhere. */
export function refusalOf(name: string, what: string, {status, body}: Refusal): StoreError {
	const code = textOf(body, 'Code');
	const message = textOf(body, 'Message')?.slice(0, 300);
	const region = textOf(body, 'Region');
	const said = [code, message].filter(Boolean).join(': ') || `HTTP ${status}`;
	const isElsewhere = region !== undefined && /^(?:AuthorizationHeaderMalformed|PermanentRedirect)$/.test(code ?? '');
	const help = isElsewhere
		? `The bucket is in region ${region}. Remove the store and add it again with --region ${region}.`
		: hints[code ?? '']?.(name);
	return new StoreError(name, failureOf(status, code), `${what}: ${said}`, help === undefined ? {} : {hint: help});
}
