import {readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {UserError} from '../../errors.ts';
import {codeOf, fileError} from '../../state/private-file.ts';
import type {S3Credentials} from './s3-request.ts';

/** The file of credentials that all programs for AWS share: sections of `name = value` lines, one for each profile. */
const credentialsPath = (env: NodeJS.ProcessEnv): string =>
	env['AWS_SHARED_CREDENTIALS_FILE'] || join(env['HOME'] || homedir(), '.aws', 'credentials');

/** The values of one profile; undefined if the file has no such section. */
function readProfile(text: string, profile: string): Readonly<Record<string, string>> | undefined {
	let section = '';
	let found: Record<string, string> | undefined;
	for (const line of text.split(/\r?\n/)) {
		section = /^\s*\[\s*([^\]]+?)\s*\]/.exec(line)?.[1] ?? section;
		if (section !== profile) continue;
		found ??= {};
		const [, name, value] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
		if (name !== undefined && value !== undefined) found[name.toLowerCase()] = value;
	}
	return found;
}

/** Those of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. */
function ofEnvironment(env: NodeJS.ProcessEnv): S3Credentials | undefined {
	const {AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN} = env;
	if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return undefined;
	return credentials(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN);
}

const credentials = (accessKeyId: string, secretAccessKey: string, sessionToken?: string): S3Credentials => ({
	accessKeyId,
	secretAccessKey,
	...(sessionToken ? {sessionToken} : {}),
});

/** Those of a profile; undefined without the file, or without the profile `default`. */
function ofProfile(profile: string | undefined, env: NodeJS.ProcessEnv): S3Credentials | undefined {
	const path = credentialsPath(env);
	let text: string;
	try {
		text = readFileSync(path, 'utf8');
	} catch (error) {
		if (codeOf(error) !== 'ENOENT') throw fileError('read', path, error);
		if (profile === undefined) return undefined;
		throw new UserError(`There is no profile "${profile}": ${path} does not exist.`);
	}
	const found = readProfile(text, profile ?? 'default');
	if (!found) {
		if (profile === undefined) return undefined;
		throw new UserError(`There is no profile "${profile}" in ${path}.`);
	}
	const {aws_access_key_id: id, aws_secret_access_key: secret, aws_session_token: token} = found;
	if (id && secret) return credentials(id, secret, token);
	throw new UserError(`Profile "${profile ?? 'default'}" in ${path} has no access key.`, {
		hint: 'It needs aws_access_key_id and aws_secret_access_key. Keys that another program gives, such as those of SSO, work as AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.',
	});
}

/**
 * The credentials that programs for AWS would use: of a named profile, else of the variables, else of the profile AWS_PROFILE or
 * `default` in ~/.aws/credentials.
 * @throws UserError for a profile that is named but missing, or has no access key; never quotes one
 */
export function findAwsCredentials(
	profile: string | undefined,
	env: NodeJS.ProcessEnv = process.env,
): S3Credentials | undefined {
	if (profile !== undefined) return ofProfile(profile, env);
	return ofEnvironment(env) ?? ofProfile(env['AWS_PROFILE'] || undefined, env);
}
