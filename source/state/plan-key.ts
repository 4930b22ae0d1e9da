import {existsSync} from 'node:fs';
import type {Owner} from '../model/own.ts';
import {identityPath, readIdentity} from './identity.ts';
import {ensureKey, keyFromPassphrase, readPin, type TrustKey} from './trust-key.ts';

/** Whether another machine can have the key of a new environment. */
export const hasSharedKey = (env: NodeJS.ProcessEnv = process.env): boolean =>
	Boolean(env['COMPARTMENT_PASSPHRASE']) || existsSync(identityPath(env));

/**
 * The key of a lineage that has no state yet, from what two machines of the same user share: the passphrase, else the identity.
 * So one job of CI can plan the first apply, and the next can run it. Undefined without either.
 */
async function sharedKey(lineage: string, env: NodeJS.ProcessEnv): Promise<TrustKey | undefined> {
	const passphrase = env['COMPARTMENT_PASSPHRASE'];
	if (passphrase) return keyFromPassphrase(passphrase, lineage);
	if (!hasSharedKey(env)) return undefined;
	return (await readIdentity(env)).derive(`plan of compartment, ${lineage}`);
}

/**
 * The keys that a saved plan of this lineage may be signed with, one after the other: that of its environment, and, because the plan of
 * its first apply was signed before there was one, the shared one.
 */
export async function* planKeys(lineage: string, env: NodeJS.ProcessEnv = process.env): AsyncGenerator<TrustKey> {
	const own = readPin(lineage, env)?.key;
	if (own) yield own;
	const shared = await sharedKey(lineage, env);
	if (shared) yield shared;
}

/** The key that signs a saved plan: that of its environment, which is made and pinned if it has none yet. */
export const ensurePlanKey = async (
	owner: Owner,
	directory: string,
	env: NodeJS.ProcessEnv = process.env,
): Promise<TrustKey> =>
	readPin(owner.lineage, env)?.key ?? ensureKey(owner, directory, env, await sharedKey(owner.lineage, env));
