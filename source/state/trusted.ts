import {realpathSync, statSync} from 'node:fs';
import {UserError} from '../errors.ts';
import {command, type Hint, hint} from '../hint.ts';
import {type ParsedState, parseState, type Signed} from './document.ts';
import {isOnEngine} from './place.ts';
import {readPrivateFile} from './private-file.ts';
import type {State} from './state.ts';
import {isSignature, keyFromPassphrase, noteSerial, type Pin, readPin, seenSerial, writePin} from './trust-key.ts';

/** A state that the user has to accept before Compartment acts on it. */
export class ForeignStateError extends UserError {
	readonly environment: string;

	constructor(message: string, environment: string, hint: Hint) {
		super(message, {hint});
		this.name = 'ForeignStateError';
		this.environment = environment;
	}
}

/**
 * Why what was signed is not trusted (docs/rules.md, "Signed state"), worded to follow "it"; undefined when it is. A
 * machine without a pin, such as CI, accepts what the key of COMPARTMENT_PASSPHRASE has signed, and pins it.
 */
export function whyForeign(
	{state, signature, body}: Signed,
	directory: string,
	env: NodeJS.ProcessEnv,
): string | undefined {
	const {lineage, project, environment} = state;
	const pin = readPin(lineage, env);
	if (pin) {
		if (isSignature(signature, pin.key, 'state', body)) return undefined;
		return signature === undefined
			? 'has no signature, although this machine has its key'
			: 'was not signed with the key that this machine has for it';
	}
	if (signature === undefined) return "has no signature: it is somebody else's, or an older Compartment wrote it";
	const passphrase = env['COMPARTMENT_PASSPHRASE'];
	if (!passphrase) return 'was signed on another machine, and this machine does not have its key';
	const key = keyFromPassphrase(passphrase, lineage);
	if (!isSignature(signature, key, 'state', body)) return 'was not signed with the key of COMPARTMENT_PASSPHRASE';
	writePin({lineage, project, environment, key, directory: realpathSync(directory)}, env);
	return undefined;
}

/** Whether a pin's folder still holds this lineage, and is not the same folder under another path. */
function isCopied({directory: original, lineage}: Pin, here: string): boolean {
	if (original === here) return false;
	try {
		const [there, now] = [statSync(original), statSync(here)];
		if (there.ino === now.ino && there.dev === now.dev) return false;
		const content = readPrivateFile(`${original}/state.json`);
		const parsed: ParsedState | undefined = content && parseState(content);
		return parsed !== undefined && 'state' in parsed && parsed.state.lineage === lineage;
	} catch {
		return false;
	}
}

/** The folder that a state was copied from, if it still exists. */
export function findOriginal(state: State, directory: string, env: NodeJS.ProcessEnv): string | undefined {
	const pin = readPin(state.lineage, env);
	// A state on the engine has a copy in as many folders as one likes.
	return pin && isCopied(pin, realpathSync(directory)) && !isOnEngine(directory) ? pin.directory : undefined;
}

/** Refuses a state in a copy of its folder. */
export function refuseCopy(state: State, directory: string, env: NodeJS.ProcessEnv): void {
	const original = findOriginal(state, directory, env);
	if (original === undefined) return;
	const {environment} = state;
	throw new ForeignStateError(
		`${directory} is a copy of ${original}: both hold the state of environment ${environment}, and the running containers belong to the original. Nothing was done.`,
		environment,
		hint`Work in the original, or start over in this folder: ${command('state forget')}`,
	);
}

/** Refuses a state that is not trusted, or lies in a copy of its folder. A folder that was moved is followed. */
export function assertTrusted(signed: Signed, directory: string, env: NodeJS.ProcessEnv): State {
	const {state} = signed;
	const {lineage, environment} = state;
	const why = whyForeign(signed, directory, env);
	if (why)
		throw new ForeignStateError(
			`The state of environment ${environment} in ${directory} is not trusted: it ${why}. Nothing was done.`,
			environment,
			isOnEngine(directory)
				? hint`Ask somebody who can read it to let you in: ${command('variable recipients add', 'age1…')}, with what ${command('variable recipients show')} prints here`
				: hint`Review what it would own, and accept it: ${command('state trust')}`,
		);
	refuseCopy(state, directory, env);
	const pin = readPin(lineage, env)!;
	const here = realpathSync(directory);
	if (pin.directory !== here && !isOnEngine(directory)) writePin({...pin, directory: here}, env);
	return state;
}

/** Refuses a trusted state that is older than one that this machine has seen (docs/rules.md, "Newest state"). */
export function assertNewest(state: State, env: NodeJS.ProcessEnv): void {
	const {lineage, serial} = state;
	const seen = seenSerial(lineage, env);
	if (seen > serial) throw olderState(state, `the state that was here before (serial ${seen})`);
	noteSerial(lineage, serial, env);
}

/** The error for an outdated state. @param newer what is newer, with its serial */
export const olderState = ({environment, serial}: Pick<State, 'environment' | 'serial'>, newer: string): UserError =>
	new UserError(
		`The state of environment ${environment} (serial ${serial}) is older than ${newer}. Nothing was done.`,
		{
			hint: hint`Use the folder with the newer state, or a newer one from its history: ${command('state history')}. To continue from this one anyway: ${command('state restore', String(serial))}`,
		},
	);
