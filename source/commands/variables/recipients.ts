import {accessSlot} from '../../apply/access-password.ts';
import {UserError} from '../../errors.ts';
import {command} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {createTerminal} from '../../output/terminal.ts';
import {readOffer} from '../../state/accept.ts';
import {certificateKeySlot} from '../../state/certificates.ts';
import {decryptValue, encryptValue, identityFor, ownIdentity, ownRecipients} from '../../state/secrets.ts';
import type {State} from '../../state/state.ts';
import {newState} from '../../state/store.ts';
import {ForeignStateError} from '../../state/trusted.ts';
import {changeState} from '../../workspace/change-variables.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {openWorkspace, readOrNewState, type Workspace} from '../../workspace/workspace.ts';

/** The state, or an empty one instead of one that this user has no key for: they are about to ask for it. */
async function readAnyState(workspace: Workspace): Promise<State> {
	try {
		return (await readOrNewState(workspace)).state;
	} catch (error) {
		if (!(error instanceof ForeignStateError)) throw error;
		// A passphrase gives each lineage another identity. It needs no trust: what is printed is public.
		const offer = process.env['COMPARTMENT_PASSPHRASE'] ? await readOffer(workspace.directory) : undefined;
		return offer?.state ?? newState({project: workspace.project.name, environment: workspace.environment});
	}
}

/** The state with all sensitive values encrypted for these recipients. Revisions stay, because no value changes. */
async function reencrypt(state: State, recipients: readonly string[]): Promise<State> {
	const identity = await identityFor(state);
	const encryptAgain = async (
		ciphertext: string,
		{scope, key}: {scope: State['variables'][number]['scope']; key: string},
	) => {
		const slot = {lineage: state.lineage, scope, key};
		return encryptValue({...slot, value: await decryptValue(ciphertext, slot, identity)}, recipients);
	};
	const variables = await Promise.all(
		state.variables.map(async variable =>
			variable.isSensitive ? {...variable, ciphertext: await encryptAgain(variable.ciphertext, variable)} : variable,
		),
	);
	const access = state.access && {...state.access, ciphertext: await encryptAgain(state.access.ciphertext, accessSlot)};
	const certificates = Object.fromEntries(
		await Promise.all(
			Object.entries(state.certificates ?? {}).map(async ([host, record]) => {
				const ciphertext = await encryptAgain(record.ciphertext, certificateKeySlot(host));
				return [host, {...record, ciphertext}] as const;
			}),
		),
	);
	return {...state, variables, access, recipients, ...(state.certificates ? {certificates} : {})};
}

async function assertRecipient(recipient: string): Promise<void> {
	const {Encrypter} = await import('age-encryption');
	try {
		new Encrypter().addRecipient(recipient);
	} catch {
		throw new UserError(`${recipient} is not an age recipient`, {
			hint: 'It begins with age1; the second line of an identity file names it.',
		});
	}
}

/** `compartment variable recipients list|show|add|remove`: `show` prints the user's own recipient, the others the environment's. */
export async function variableRecipients(
	verb: 'list' | 'show' | 'add' | 'remove',
	recipient: string | undefined,
	flags: CommonFlags,
): Promise<void> {
	const {print} = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	if (verb === 'show') {
		const {recipient: own} = await ownIdentity(await readAnyState(workspace));
		if (isJson(flags)) process.stdout.write(jsonDocument({recipient: own}));
		else print(own);
		return;
	}
	if (verb !== 'list' && recipient !== undefined) {
		await assertRecipient(recipient);
		await changeState(workspace, 'recipients.changed', async state => {
			const current = await ownRecipients(state);
			const next = verb === 'add' ? [...new Set([...current, recipient])] : current.filter(each => each !== recipient);
			if (verb === 'remove' && next.length === current.length)
				throw new UserError(`${recipient} is not a recipient of environment ${state.environment}`, {
					hint: command('variable recipients list'),
				});
			if (next.length === 0)
				throw new UserError('The last recipient cannot be removed: the values would be unreadable.');
			return {state: await reencrypt(state, next), audit: {verb, recipient}};
		});
	}
	const {state} = await readOrNewState(workspace);
	const recipients = await ownRecipients(state);
	if (isJson(flags)) process.stdout.write(jsonDocument({environment: {name: state.environment}, recipients}));
	else print(recipients.join('\n'));
}
