import {realpathSync, rmSync} from 'node:fs';
import {parseState} from '../state/document.ts';
import {archiveState} from '../state/history.ts';
import {ownIdentity, readIdentity} from '../state/identity.ts';
import {journalPath} from '../state/journal-reading.ts';
import {fileError, readPrivateFile, replacePrivateFile} from '../state/private-file.ts';
import {withReserve} from '../state/reserve.ts';
import {openSealedKey} from '../state/sealed-key.ts';
import {pruneQuietly, statePath} from '../state/state-file.ts';
import {isSignature, readPin, writePin} from '../state/trust-key.ts';
import type {Stored} from './stored.ts';

type Files = Pick<Stored, 'state' | 'journal'>;

/** The copy in the folder. */
export const readCopy = (directory: string): Files => ({
	state: readPrivateFile(statePath(directory)),
	journal: readPrivateFile(journalPath(directory)),
});

const isSame = (a: Buffer | undefined, b: Buffer | undefined): boolean => (a && b ? a.equals(b) : a === b);

/** Whether the folder has what the engine has. */
export const isCurrent = (directory: string, {state, journal}: Files): boolean => {
	const copy = readCopy(directory);
	return isSame(copy.state, state) && isSame(copy.journal, journal);
};

/** Makes the folder a copy of what the engine has. The caller holds the folder's lock. */
export function writeCopy(directory: string, {state, journal}: Files): void {
	const write = (path: string, content: Buffer | undefined) => {
		try {
			if (content) withReserve(directory, () => replacePrivateFile(path, content));
			else rmSync(path, {force: true});
		} catch (error) {
			throw fileError('write', path, error);
		}
	};
	// Who reads meanwhile reads the journal first, so a state that contains more is right, and one that contains less is not.
	if (journal) write(journalPath(directory), journal);
	write(statePath(directory), state);
	if (!journal) write(journalPath(directory), undefined);
	const parsed = state && parseState(state);
	if (!parsed || !('state' in parsed)) return;
	archiveState(directory, statePath(directory), parsed.state);
	pruneQuietly(directory);
}

/** A line for this user's shell, which nobody else may bring in (docs/rules.md, "State on the engine"). */
const bringsCommands = ({state, journal}: Files): boolean =>
	[state, journal].some(content => content?.includes('"dnsCommand"'));

/**
 * Trusts a state that this machine has no key for, if its key is sealed for this user and signed it: who can write there
 * controls the engine anyway (docs/rules.md, "State on the engine"). Otherwise reading it says what to do.
 */
export async function acceptShared(
	directory: string,
	files: Files,
	env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
	const parsed = files.state && parseState(files.state);
	if (!parsed || !('state' in parsed)) return;
	const {state, signature, body} = parsed;
	const {lineage, project, environment} = state;
	if (!state.key || readPin(lineage, env) || bringsCommands(files)) return;
	const identity = await (env['COMPARTMENT_PASSPHRASE'] ? ownIdentity(state, env) : readIdentity(env)).catch(
		() => undefined,
	);
	const key = identity && (await openSealedKey(state.key, lineage, identity));
	if (key && isSignature(signature, key, 'state', body))
		writePin({lineage, project, environment, key, directory: realpathSync(directory)}, env);
}
