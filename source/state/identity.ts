import {chmodSync, linkSync, mkdirSync, readFileSync, unlinkSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {messageOf, UserError} from '../errors.ts';
import {failpoint} from '../failpoints.ts';
import {command, hint} from '../hint.ts';
import {configurationDirectory} from '../settings/configuration-directory.ts';
import {type OpenKeys, openKeys} from './age.ts';
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

/** The user's key to sensitive values. The secret is in a closure, so that no log can print it. */
export type Identity = OpenKeys & {
	/** Its source, for messages. */
	readonly path: string;
};

/** COMPARTMENT_IDENTITY_FILE, else `identity` in the user's configuration folder. */
export const identityPath = (env: NodeJS.ProcessEnv = process.env): string =>
	env['COMPARTMENT_IDENTITY_FILE'] || join(configurationDirectory(env), 'identity');

/** Reads the identity. @throws UserError with its path and the way out when it is missing */
export async function readIdentity(env: NodeJS.ProcessEnv = process.env): Promise<Identity> {
	const path = identityPath(env);
	const identity = await identityIn(path, Boolean(env['COMPARTMENT_IDENTITY_FILE']));
	if (identity) return identity;
	throw new UserError(`No identity to decrypt sensitive values: ${path} is missing`, {
		hint: hint`Copy the file from the machine that set the values, name it in COMPARTMENT_IDENTITY_FILE, or ask a recipient to run ${command('variable recipients add', 'age1…')} with the output of ${command('variable recipients show')}. Running services are not affected.`,
	});
}

/**
 * An identity derived from a passphrase, for machines without an identity file, such as CI. The key is derived with scrypt,
 * with the lineage as salt, so the same passphrase gives each environment a different key.
 */
async function identityFromPassphrase(passphrase: string, lineage: string): Promise<Identity> {
	const [{scryptSync}, {bech32}] = await Promise.all([import('node:crypto'), import('@scure/base')]);
	const key = scryptSync(passphrase, `compartment ${lineage}`, 32, {N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024});
	const secret = bech32.encode('age-secret-key-', bech32.toWords(key), false).toUpperCase();
	return {path: 'the passphrase in COMPARTMENT_PASSPHRASE', ...(await openKeys([secret]))};
}

/** The user's identity, created if missing, whether or not it can decrypt the state. */
export async function ownIdentity(state: State, env: NodeJS.ProcessEnv = process.env): Promise<Identity> {
	const passphrase = env['COMPARTMENT_PASSPHRASE'];
	return passphrase ? identityFromPassphrase(passphrase, state.lineage) : ensureIdentity(env);
}

/** The identity for what a state of this lineage has sealed, without that state: the passphrase's, else the user's. */
export async function identityOfLineage(lineage: string, env: NodeJS.ProcessEnv = process.env): Promise<Identity> {
	const passphrase = env['COMPARTMENT_PASSPHRASE'];
	return passphrase ? identityFromPassphrase(passphrase, lineage) : readIdentity(env);
}

/** Whether a state holds values that are encrypted for its recipients. */
export const holdsSecrets = ({access, variables, certificates = {}}: State): boolean =>
	access !== null || variables.some(({isSensitive}) => isSensitive) || Object.keys(certificates).length > 0;

/**
 * The identity for a state: that of COMPARTMENT_PASSPHRASE, else the user's. A missing one is created only if the state holds
 * nothing sensitive: otherwise a new identity would hide that the right one is missing.
 */
export async function identityFor(state: State, env: NodeJS.ProcessEnv = process.env): Promise<Identity> {
	const passphrase = env['COMPARTMENT_PASSPHRASE'];
	if (passphrase) return identityFromPassphrase(passphrase, state.lineage);
	return holdsSecrets(state) ? readIdentity(env) : ensureIdentity(env);
}

/** Recipients of the sensitive values of a state; the user, while it has none. */
export async function ownRecipients(state: State, env: NodeJS.ProcessEnv = process.env): Promise<readonly string[]> {
	return state.recipients.length > 0 ? state.recipients : [(await identityFor(state, env)).recipient];
}

/** Reads the identity, or creates it: folder 0700, file 0600. */
export async function ensureIdentity(env: NodeJS.ProcessEnv = process.env): Promise<Identity> {
	const path = identityPath(env);
	const isChosen = Boolean(env['COMPARTMENT_IDENTITY_FILE']);
	return (await identityIn(path, isChosen)) ?? (await createIdentity(path, isChosen));
}

async function createIdentity(path: string, isChosen: boolean): Promise<Identity> {
	const {generateX25519Identity, identityToRecipient} = await import('age-encryption');
	const secret = await generateX25519Identity();
	const content = `# Compartment decrypts sensitive values with this key. Keep a copy in a safe place.\n# public key: ${await identityToRecipient(secret)}\n${secret}\n`;
	const folder = dirname(path);
	try {
		const made = mkdirSync(folder, {recursive: true, mode: privateDirectoryMode});
		if (made !== undefined || !isChosen) chmodSync(folder, privateDirectoryMode);
		failpoint('identity.before-create');
		const temporary = writeTemporary(path, content);
		try {
			// Unlike a rename, a link does not replace an identity that another process has just made.
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
	if (!identity) throw new UserError(`${path} disappeared just after it was written`);
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
		// The library's message may quote the key.
		throw new UserError(`${path} is not an age identity`, {
			hint: 'It needs a line that begins with AGE-SECRET-KEY-1. Restore a copy of the file, or name another one in COMPARTMENT_IDENTITY_FILE.',
			cause: new Error(messageOf(error).replace(/AGE-SECRET-KEY\S*/gi, 'AGE-SECRET-KEY-…')),
		});
	}
}

function readOwn(path: string): string | undefined {
	const content = readPrivateFile(path);
	if (content && process.platform !== 'win32') chmodSync(path, privateFileMode);
	return content?.toString();
}

// A file that the user names may be a mounted secret: a link, owned by another user, readable by a group.
function readChosen(path: string): string | undefined {
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return undefined;
		throw fileError('read', path, error);
	}
}
