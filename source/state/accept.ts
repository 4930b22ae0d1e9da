import {realpathSync} from 'node:fs';
import {messageOf, UserError} from '../errors.ts';
import {command} from '../hint.ts';
import {parseState, type Signed, serializeState} from './document.ts';
import {signedHistory} from './history.ts';
import {type Identity, ownIdentity, readIdentity} from './identity.ts';
import {type PendingWrite, pendingWrites, readJournal} from './journal.ts';
import type {JournalEntry} from './journal-entry.ts';
import {formatLine} from './journal-line.ts';
import {journalPath, patchesOf, readJournalContent} from './journal-reading.ts';
import {replayIfValid} from './on-disk.ts';
import {readPrivateFile, replacePrivateFile} from './private-file.ts';
import {openSealedKey} from './sealed-key.ts';
import type {State} from './state.ts';
import {statePath} from './state-file.ts';
import {isSignature, newKey, readPin, type TrustKey, writePin} from './trust-key.ts';
import {refuseCopy, whyForeign} from './trusted.ts';

/** A state folder's content that the user can accept. */
export type Offer = {
	/** The state itself, with what the journal would add to it; or, if it is missing, the newest one in its history. */
	readonly state: State;
	/** Why it is not trusted, worded to follow "it"; undefined if all of it is trusted. */
	readonly why: string | undefined;
	/** Number of states in its history that would be accepted with it. */
	readonly earlier: number;
	/** Writes of an interrupted command that the next command would finish or undo. */
	readonly pending: readonly PendingWrite[];
	/** Public key of the user's identity; undefined without one. */
	readonly ownRecipient: string | undefined;
	/** The key that signed it, if it was sealed for the user. */
	readonly key: TrustKey | undefined;
};

async function findIdentity(state: State, env: NodeJS.ProcessEnv): Promise<Identity | undefined> {
	try {
		return await (env['COMPARTMENT_PASSPHRASE'] ? ownIdentity(state, env) : readIdentity(env));
	} catch (error) {
		if (error instanceof UserError) return undefined;
		throw error;
	}
}

const isSame = (a: State, b: State): boolean =>
	a.lineage === b.lineage && a.project === b.project && a.environment === b.environment;

function readSigned(directory: string): Signed | undefined {
	const content = readPrivateFile(statePath(directory));
	const parsed = content && parseState(content);
	if (parsed && 'state' in parsed) return parsed;
	if (parsed) throw new UserError(`${statePath(directory)} ${parsed.problem}`, {hint: command('state history')});
	for (const entry of signedHistory(directory)) if ('state' in entry.parsed) return entry.parsed;
	return undefined;
}

/**
 * Reads a state folder without trusting it; undefined if it holds no state.
 * @throws ForeignStateError when the folder is a copy and the original still exists
 */
export async function readOffer(directory: string, env: NodeJS.ProcessEnv = process.env): Promise<Offer | undefined> {
	const signed = readSigned(directory);
	if (!signed) return undefined;
	const {state} = signed;
	refuseCopy(state, directory, env);
	const identity = await findIdentity(state, env);
	const sealed = state.key && identity ? await openSealedKey(state.key, state.lineage, identity) : undefined;
	const {entries} = readJournalContent(directory);
	const why =
		whyForeign(signed, directory, env) ??
		(await readJournal(directory, state, env).then(
			() => undefined,
			error => `has a journal that is not: ${messageOf(error)}`,
		));
	return {
		state: replayIfValid(state, patchesOf(entries)),
		why,
		earlier: [...signedHistory(directory)].filter(({parsed}) => 'state' in parsed && isSame(parsed.state, state))
			.length,
		pending: pendingWrites(entries),
		ownRecipient: identity?.recipient,
		key: sealed && isSignature(signed.signature, sealed, 'state', signed.body) ? sealed : undefined,
	};
}

/** Signs a file, unless its signature is already valid. */
function sign(path: string, {state, signature, body}: Signed, key: TrustKey): void {
	if (!isSignature(signature, key, 'state', body)) replacePrivateFile(path, serializeState(state, key));
}

/** An entry without the key that others have sealed in the state. */
function withoutKey(entry: JournalEntry): JournalEntry {
	if ((entry.type !== 'state' && entry.type !== 'done') || !entry.patch?.changes?.key) return entry;
	return {...entry, patch: {...entry.patch, changes: {...entry.patch.changes, key: {value: null}}}};
}

function signJournal(directory: string, key: TrustKey, isShared: boolean): void {
	const path = journalPath(directory);
	const {entries} = readJournalContent(directory);
	if (entries.length === 0) return;
	let previous = '';
	const lines = entries.map(entry => {
		const {line, signature} = formatLine(isShared ? entry : withoutKey(entry), key, previous);
		previous = signature;
		return line;
	});
	replacePrivateFile(path, lines.join(''));
}

/**
 * Accepts a state folder: pins its lineage, and signs it with a new key if the user does not have the old one. The state is
 * signed last, so that a half-accepted folder is still refused. The caller holds the lock.
 */
export function acceptState(
	directory: string,
	{state, key: shared}: Offer,
	env: NodeJS.ProcessEnv = process.env,
): void {
	const {lineage, project, environment} = state;
	const key = shared ?? readPin(lineage, env)?.key ?? newKey(lineage, env);
	writePin({lineage, project, environment, key, directory: realpathSync(directory)}, env);
	for (const {path, parsed} of signedHistory(directory))
		if ('state' in parsed && isSame(parsed.state, state)) sign(path, parsed, key);
	signJournal(directory, key, shared !== undefined);
	const content = readPrivateFile(statePath(directory));
	const parsed = content && parseState(content);
	if (!parsed || !('state' in parsed)) return;
	// The next write seals a new key for the recipients.
	const current = shared ? parsed.state : {...parsed.state, key: null};
	sign(statePath(directory), {...parsed, state: current}, key);
}
