import {createHmac, randomBytes, scryptSync, timingSafeEqual} from 'node:crypto';
import {mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {UserError} from '../errors.ts';
import {failpoint} from '../failpoints.ts';
import {command, hint} from '../hint.ts';
import type {Owner} from '../model/own.ts';
import {configurationDirectory} from '../settings/configuration-directory.ts';
import {
	fileError,
	makePrivateDirectory,
	privateDirectoryMode,
	privateFileMode,
	readPrivateFile,
	replacePrivateFile,
} from './private-file.ts';

/** Signs the files of a state folder. Whoever has it decides which engine objects belong to Compartment. */
export type TrustKey = Buffer;

/** This machine's record of a lineage: its key, and the folder in which it was accepted. */
export type Pin = Owner & {
	readonly key: TrustKey;
	/** Real path of the state folder. */
	readonly directory: string;
};

/** Kind of signed text. A signature of one kind is invalid for another. */
type Kind = 'state' | 'journal' | 'plan' | 'backup';

const keyBytes = 32;

const lineagePattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a value is a lineage as made by `newState`: it becomes a file name. */
export const isLineage = (text: unknown): text is string => typeof text === 'string' && lineagePattern.test(text);

/** HMAC-SHA256 of a text, 64 hex digits. */
export const signatureOf = (key: TrustKey, kind: Kind, text: string): string =>
	createHmac('sha256', key).update(`${kind} of compartment\n`).update(text).digest('hex');

export function isSignature(signature: string | undefined, key: TrustKey, kind: Kind, text: string): boolean {
	const wanted = Buffer.from(signatureOf(key, kind, text), 'hex');
	const given = Buffer.from(signature ?? '', 'hex');
	return given.length === wanted.length && timingSafeEqual(given, wanted);
}

const trustDirectory = (env: NodeJS.ProcessEnv): string => join(configurationDirectory(env), 'trust');
const pinPath = (lineage: string, env: NodeJS.ProcessEnv): string => join(trustDirectory(env), `${lineage}.json`);
const serialPath = (lineage: string, env: NodeJS.ProcessEnv): string => join(trustDirectory(env), `${lineage}.serial`);

/** The pin of a lineage, if this machine has one. */
export function readPin(lineage: string, env: NodeJS.ProcessEnv = process.env): Pin | undefined {
	if (!isLineage(lineage)) return undefined;
	const path = pinPath(lineage, env);
	const content = readPrivateFile(path);
	if (!content) return undefined;
	try {
		const {key: text, project, environment, directory} = JSON.parse(content.toString()) as Record<string, unknown>;
		const key = Buffer.from(String(text), 'base64');
		if (key.length !== keyBytes) throw new Error('no key');
		return {lineage, key, project: String(project), environment: String(environment), directory: String(directory)};
	} catch (error) {
		throw new UserError(`${path} is damaged`, {
			hint: hint`Restore a copy of it, or remove it and accept the state again: ${command('state trust')}`,
			cause: error,
		});
	}
}

/** Writes a pin and syncs it to disk: folder 0700, file 0600. */
export function writePin(pin: Pin, env: NodeJS.ProcessEnv = process.env): void {
	const {lineage, key, ...place} = pin;
	const path = pinPath(lineage, env);
	try {
		failpoint('trust.before-write');
		mkdirSync(configurationDirectory(env), {recursive: true, mode: privateDirectoryMode});
		makePrivateDirectory(trustDirectory(env));
		const record = {version: 1, ...place, key: key.toString('base64')};
		replacePrivateFile(path, `${JSON.stringify(record, null, '\t')}\n`);
		failpoint('trust.after-write');
	} catch (error) {
		throw fileError('write', path, error);
	}
}

/** Removes the pin of a lineage. */
export function removePin(lineage: string, env: NodeJS.ProcessEnv = process.env): void {
	if (!isLineage(lineage)) return;
	for (const path of [pinPath(lineage, env), serialPath(lineage, env)]) rmSync(path, {force: true});
}

/**
 * Derives a lineage's key from a passphrase, for machines without a lasting configuration folder, such as CI. Takes half a
 * second.
 */
export function keyFromPassphrase(passphrase: string, lineage: string): TrustKey {
	const salt = `trust of compartment, ${lineage}`;
	const place = `${passphrase}\n${salt}`;
	const key =
		derived.get(place) ?? scryptSync(passphrase, salt, keyBytes, {N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024});
	derived.set(place, key);
	return key;
}

const derived = new Map<string, TrustKey>();

/** The key of a new lineage: derived from COMPARTMENT_PASSPHRASE if set, else random. */
export function newKey(lineage: string, env: NodeJS.ProcessEnv = process.env): TrustKey {
	const passphrase = env['COMPARTMENT_PASSPHRASE'];
	return passphrase ? keyFromPassphrase(passphrase, lineage) : randomBytes(keyBytes);
}

// A saved plan of the first deployment is signed before the folder exists.
function realPath(directory: string): string {
	try {
		return realpathSync(directory);
	} catch {
		return resolve(directory);
	}
}

/** The key of a lineage, created and pinned if missing. @param first what it then is, instead of a new one */
export function ensureKey(
	{lineage, project, environment}: Owner,
	directory: string,
	env: NodeJS.ProcessEnv = process.env,
	first?: TrustKey,
): TrustKey {
	const pin = readPin(lineage, env);
	if (pin) return pin.key;
	if (!isLineage(lineage)) throw new Error(`"${lineage}" is not a lineage`);
	const key = first ?? newKey(lineage, env);
	writePin({lineage, project, environment, key, directory: realPath(directory)}, env);
	return key;
}

/** The highest serial of a lineage that this machine has seen; 0 if none. */
export function seenSerial(lineage: string, env: NodeJS.ProcessEnv = process.env): number {
	try {
		const serial = Number(readFileSync(serialPath(lineage, env), 'utf8'));
		return isLineage(lineage) && Number.isSafeInteger(serial) ? serial : 0;
	} catch {
		return 0;
	}
}

/** Remembers a serial. It only complements the labels of running containers, so a crash may lose it. */
export function noteSerial(lineage: string, serial: number, env: NodeJS.ProcessEnv = process.env): void {
	if (!isLineage(lineage) || serial <= seenSerial(lineage, env)) return;
	try {
		writeFileSync(serialPath(lineage, env), `${serial}\n`, {mode: privateFileMode});
	} catch {}
}
