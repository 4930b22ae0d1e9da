import {accessSlot, accessUser} from '../apply/access-password.ts';
import {createSecretReader} from '../apply/secret-reader.ts';
import {UserError} from '../errors.ts';
import type {SignIn} from '../output/events/result-text.ts';
import {sanitiseText} from '../output/sanitise.ts';
import type {Terminal} from '../output/terminal.ts';
import {appendAudit} from '../state/audit.ts';
import type {State} from '../state/state.ts';
import {signInUrl} from '../state/urls.ts';

/** The environment's access password; undefined when it has none. Audited. */
export async function readPassword(
	state: State,
	directory: string,
	inform: Terminal['inform'],
): Promise<string | undefined> {
	if (!state.access) return undefined;
	const {ciphertext} = state.access;
	const password = await createSecretReader(() => state).readCiphertext(ciphertext, accessSlot.scope, accessSlot.key);
	const warning = appendAudit(directory, {
		type: 'access.shown',
		status: 'succeeded',
		target: state.environment,
		details: {},
	});
	if (warning) inform(`Warning: ${sanitiseText(warning)}`);
	return password;
}

/** Makes sign-in links with the access password. */
export const signInWith =
	(password: string): SignIn =>
	url =>
		signInUrl(url, {user: accessUser, password});

/**
 * Makes sign-in links for a result on a terminal; undefined where the output may be recorded, such as in CI, and when
 * the user's identity cannot read the password.
 */
export async function readSignIn(
	state: State,
	directory: string,
	{isSeen, inform}: Terminal,
): Promise<SignIn | undefined> {
	if (!isSeen) return undefined;
	try {
		const password = await readPassword(state, directory, inform);
		return password === undefined ? undefined : signInWith(password);
	} catch (error) {
		// The result is printed without it; `access show` reports the problem.
		if (error instanceof UserError) return undefined;
		throw error;
	}
}
