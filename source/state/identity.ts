import {chmodSync, linkSync, mkdirSync, readFileSync, unlinkSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {configurationDirectory} from '../configuration-directory.ts';
import {messageOf, UserError} from '../errors.ts';
import {failpoint} from '../failpoints.ts';
import {command, hint} from '../hint.ts';
import {openKeys} from './age.ts';
import {
	codeOf,
	fileError,
	privateDirectoryMode,
	privateFileMode,
	readPrivateFile,
	syncDirectory,
	writeTemporary,
} from './private-file.ts';
import type {State} from './state.ts';

/** The user's key to sensitive values. It holds the secret in a closure, so that no log can print it. */
export type Identity = {
	/** Where it was read from, for messages. */
	readonly path: string;
	/** The public half, `age1…`: what values are encrypted for. */
	readonly recipient: string;
	readonly decrypt: (ciphertext: Uint8Array) => Promise<string>;
};

/** COMPARTMENT_IDENTITY_FILE, else `identity` in the user's configuration folder. */
export const identityPath = (env: NodeJS.ProcessEnv = process.env): string =>
	env['COMPARTMENT_IDENTITY_FILE'] || join(configurationDirectory(env), 'identity');

/** Reads the identity. @throws UserError that says where it was looked for, and what can still be done */
export async function readIdentity(env: NodeJS.ProcessEnv = process.env): Promise<Identity> {
	const path = identityPath(env);
	const identity = await identityIn(path, Boolean(env['COMPARTMENT_IDENTITY_FILE']));
	if (identity) return identity;
	throw new UserError(`There is no identity to read sensitive values with: ${path} is missing`, {
		hint: hint`Copy the file from where the values were set, name it in COMPARTMENT_IDENTITY_FILE, or ask someone who can read them: ${command('variable recipients add', 'age1…')} with what ${command('variable recipients show')} prints here. What runs keeps running.`,
	});
}

/**
 * An identity made of a passphrase, for machines that have no identity file, such as CI. The key is derived with scrypt
 * and the state's lineage as salt, so the same passphrase gives another key for every environment.
 */
async function identityFromPassphrase(passphrase: string, lineage: string): Promise<Identity> {
	const [{scryptSync}, {bech32}] = await Promise.all([import('node:crypto'), import('@scure/base')]);
	const key = scryptSync(passphrase, `compartment ${lineage}`, 32, {N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024});
	const secret = bech32.encode('age-secret-key-', bech32.toWords(key), false).toUpperCase();
	return {path: 'the passphrase in COMPARTMENT_PASSPHRASE', ...(await openKeys([secret]))};
}

/** The user's own identity, made on first need, whether or not it can read the state. */
export async function ownIdentity(state: State, env: NodeJS.ProcessEnv = process.env): Promise<Identity> {
	const passphrase = env['COMPARTMENT_PASSPHRASE'];
	return passphrase ? identityFromPassphrase(passphrase, state.lineage) : ensureIdentity(env);
}

/**
 * The identity that goes with a state: that of COMPARTMENT_PASSPHRASE, else an existing one, or a new one as long as the state holds nothing sensitive. A
 * new one for a state with secrets would only hide that the old one is missing.
 */
export async function identityFor(state: State, env: NodeJS.ProcessEnv = process.env): Promise<Identity> {
	const passphrase = env['COMPARTMENT_PASSPHRASE'];
	if (passphrase) return identityFromPassphrase(passphrase, state.lineage);
	const hasSecrets = state.access !== null || state.variables.some(({isSensitive}) => isSensitive);
	return hasSecrets ? readIdentity(env) : ensureIdentity(env);
}

/** Whom the sensitive values of a state are encrypted for: its recipients, or, before there are any, oneself. */
export async function ownRecipients(state: State, env: NodeJS.ProcessEnv = process.env): Promise<readonly string[]> {
	return state.recipients.length > 0 ? state.recipients : [(await identityFor(state, env)).recipient];
}

/** Reads the identity, and makes it on first need: folder 0700, file 0600. */
export async function ensureIdentity(env: NodeJS.ProcessEnv = process.env): Promise<Identity> {
	const path = identityPath(env);
	const isChosen = Boolean(env['COMPARTMENT_IDENTITY_FILE']);
	return (await identityIn(path, isChosen)) ?? (await createIdentity(path, isChosen));
}

async function createIdentity(path: string, isChosen: boolean): Promise<Identity> {
	const {generateX25519Identity, identityToRecipient} = await import('age-encryption');
	const secret = await generateX25519Identity();
	const content = `# Compartment reads sensitive values with this key. Keep a copy in a safe place.\n# public key: ${await identityToRecipient(secret)}\n${secret}\n`;
	const folder = dirname(path);
	try {
		const made = mkdirSync(folder, {recursive: true, mode: privateDirectoryMode});
		if (made !== undefined || !isChosen) chmodSync(folder, privateDirectoryMode);
		failpoint('identity.before-create');
		const temporary = writeTemporary(path, content);
		try {
			// A link, unlike a rename, does not replace the identity that another process may have made just now.
			linkSync(temporary, path);
		} catch (error) {
			if (codeOf(error) !== 'EEXIST') throw error;
		} finally {
			unlinkSync(temporary);
		}
		syncDirectory(folder);
		failpoint('identity.after-create');
	} catch (error) {
		throw fileError('write', path, error);
	}
	const identity = await identityIn(path, isChosen);
	if (!identity) throw new UserError(`${path} has gone just after it was written`);
	return identity;
}

async function identityIn(path: string, isChosen: boolean): Promise<Identity | undefined> {
	const text = isChosen ? readChosen(path) : readOwn(path);
	if (text === undefined) return undefined;
	const secrets = text
		.split('\n')
		.map(line => line.trim())
		.filter(line => line !== '' && !line.startsWith('#'));
	try {
		return {path, ...(await openKeys(secrets))};
	} catch (error) {
		// The library's text may quote the key.
		throw new UserError(`${path} holds no age identity`, {
			hint: 'Its line begins with AGE-SECRET-KEY-1. Put back a copy of the file, or name another in COMPARTMENT_IDENTITY_FILE.',
			cause: new Error(messageOf(error).replace(/AGE-SECRET-KEY\S*/gi, 'AGE-SECRET-KEY-…')),
		});
	}
}

function readOwn(path: string): string | undefined {
	const content = readPrivateFile(path);
	if (content && process.platform !== 'win32') chmodSync(path, privateFileMode);
	return content?.toString();
}

// A file that the user chose may be a mounted secret: a link, of another owner, open to a group.
function readChosen(path: string): string | undefined {
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return undefined;
		throw fileError('read', path, error);
	}
}
