import {isUtf8} from 'node:buffer';
import {keepState, type StateKeeper} from '../apply/state-keeper.ts';
import {takeLock} from '../apply/take-lock.ts';
import {UserError} from '../errors.ts';
import type {VariableScope} from '../model/values.ts';
import {scopeAddress} from '../model/values.ts';
import {createTerminal} from '../output/terminal.ts';
import {appendAudit} from '../state/audit.ts';
import {ensureDirectory} from '../state/directory.ts';
import {decryptValue, encryptValue, identityFor, newRevision, ownRecipients} from '../state/secrets.ts';
import type {State, Variable} from '../state/state.ts';
import {findVariable, withVariable} from '../state/variables.ts';
import {prepareFolder} from './state-place.ts';
import {readOrNewState, type Workspace} from './workspace.ts';

type Change = {readonly state: State; readonly audit: Readonly<Record<string, string | number | boolean>>};

/**
 * Changes an environment's state under its lock, and writes it only when it changed. A first variable creates the
 * environment; the engine is not used.
 * @param change may use `update` to record what recovery needs after an interruption
 * @param follow runs after the write, still under the lock
 */
export async function changeState(
	workspace: Workspace,
	type: string,
	change: (state: State, update: StateKeeper['update']) => Promise<Change>,
	follow?: (written: State, update: StateKeeper['update']) => Promise<void>,
): Promise<State> {
	const {project, environment} = workspace;
	await prepareFolder(workspace);
	const {path} = ensureDirectory(project.directory, environment);
	const {engine, router, lockWaitMs} = workspace;
	const say = (message: string) => createTerminal({}).inform(message);
	const lock = await takeLock(path, {
		engine,
		router,
		operation: type,
		waitMs: lockWaitMs,
		say,
		onWait: message => say(`${message}. Waiting for it.`),
	});
	try {
		const {state, isNew} = await readOrNewState(workspace);
		const {update} = keepState(path, state, isNew);
		const changed = await change(state, update);
		const written = changed.state === state ? state : await update(() => changed.state);
		appendAudit(path, {type, status: 'succeeded', target: environment, details: changed.audit});
		await follow?.(written, update);
		return written;
	} finally {
		await lock.release();
	}
}

export type NewValue = {
	readonly scope: VariableScope;
	readonly key: string;
	readonly value: string;
	readonly isSensitive: boolean;
};

/**
 * Decodes the bytes of a value.
 * @param what names them in the error: `The value of KEY`
 * @throws UserError when they are not UTF-8: the engine's protocol is text, and would change them silently
 */
export function textOf(bytes: Buffer, what: string): string {
	if (isUtf8(bytes)) return bytes.toString();
	throw new UserError(`${what} is not UTF-8 text, and the engine takes nothing else.`, {
		hint: 'Encode it, for example with base64, and decode it in the service.',
	});
}

// Setting the same value again is no change.
async function keepsValue(
	state: State,
	previous: Variable | undefined,
	{value, isSensitive, scope, key}: NewValue,
): Promise<boolean> {
	if (!previous || previous.isSensitive !== isSensitive) return false;
	if (!previous.isSensitive) return previous.value === value;
	return (
		(await decryptValue(previous.ciphertext, {lineage: state.lineage, scope, key}, await identityFor(state))) === value
	);
}

/** The state with a value set, encrypted for all recipients when it is sensitive. */
export async function withValue(state: State, next: NewValue): Promise<State> {
	const {scope, key, value, isSensitive} = next;
	if (value.includes('\0'))
		throw new UserError(`The value of ${key} contains a NUL byte, which no environment variable can hold.`);
	if (await keepsValue(state, findVariable(state, scope, key), next)) return state;
	const base = {scope, key, source: 'user', revision: newRevision(), updatedAt: new Date().toISOString()} as const;
	if (!isSensitive) return withVariable(state, {...base, isSensitive, value});
	const recipients = await ownRecipients(state);
	const ciphertext = await encryptValue({lineage: state.lineage, scope, key, value}, recipients);
	return withVariable({...state, recipients}, {...base, isSensitive, ciphertext});
}

/** The audit entry of a variable, never with its value. */
export const auditOf = (scope: VariableScope, key: string): Change['audit'] => ({key, scope: scopeAddress(scope)});
