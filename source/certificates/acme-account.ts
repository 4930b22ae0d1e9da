import {createHash} from 'node:crypto';
import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {configurationDirectory} from '../settings/configuration-directory.ts';
import {encryptText} from '../state/age.ts';
import {fileError, makePrivateDirectory, readPrivateFile, replacePrivateFile} from '../state/private-file.ts';
import {ensureIdentity, readIdentity} from '../state/secrets.ts';

/** This user's account at an ACME server. */
export type Account = {
	/** Its private key, as PEM. */
	readonly key: string;
	/** Its address at the server. */
	readonly url: string;
	/** The contact that the server knows. */
	readonly email: string;
};

const folderOf = (env: NodeJS.ProcessEnv): string => join(configurationDirectory(env), 'acme');

/** The file of the account at a directory, encrypted for the user's identity. */
const pathOf = (directory: string, env: NodeJS.ProcessEnv): string =>
	join(folderOf(env), `${createHash('sha256').update(directory).digest('hex').slice(0, 16)}.age`);

const isAccount = (value: unknown): value is Account =>
	typeof value === 'object' &&
	value !== null &&
	['key', 'url', 'email'].every(field => typeof (value as Record<string, unknown>)[field] === 'string');

/**
 * The account at a directory; undefined if there is none, or its file cannot be read: another account costs nothing.
 */
export async function readAccount(directory: string, env: NodeJS.ProcessEnv): Promise<Account | undefined> {
	const sealed = readPrivateFile(pathOf(directory, env));
	if (!sealed) return undefined;
	try {
		const account: unknown = JSON.parse(await (await readIdentity(env)).decrypt(sealed));
		return isAccount(account) ? account : undefined;
	} catch {
		return undefined;
	}
}

/** Records the account at a directory in place of the previous one. */
export async function writeAccount(directory: string, account: Account, env: NodeJS.ProcessEnv): Promise<void> {
	const path = pathOf(directory, env);
	const {recipient} = await ensureIdentity(env);
	try {
		makePrivateDirectory(folderOf(env));
		replacePrivateFile(path, await encryptText(JSON.stringify(account), [recipient]));
	} catch (error) {
		throw fileError('write', path, error);
	}
}

/** Forgets the account at a directory, which the server does not accept any more. */
export const forgetAccount = (directory: string, env: NodeJS.ProcessEnv): void =>
	rmSync(pathOf(directory, env), {force: true});
