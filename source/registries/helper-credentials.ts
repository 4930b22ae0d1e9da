import {UserError} from '../errors.ts';
import {isRecord} from '../settings/setting-rules.ts';
import {askHelper} from './credential-helper.ts';
import type {Credentials} from './credentials.ts';

/** The user of a secret that is an identity token. */
const tokenUser = '<token>';

function parseAnswer(helper: string, text: string): Readonly<Record<string, unknown>> {
	let answer: unknown;
	try {
		answer = JSON.parse(text);
	} catch {
		// Reported below: an error of the parser would quote the answer.
	}
	if (isRecord(answer)) return answer;
	throw new UserError(`docker-credential-${helper} gave an answer that is not a JSON object`);
}

/** What a helper has for a registry. @param key as in docker's configuration */
export async function getFromHelper(helper: string, key: string): Promise<Credentials | undefined> {
	const text = await askHelper({helper, action: 'get', input: key});
	if (text === undefined) return;
	const {Username: username, Secret: secret} = parseAnswer(helper, text);
	if (typeof secret !== 'string' || secret === '') return;
	if (username === tokenUser) return {identityToken: secret};
	return {username: typeof username === 'string' ? username : '', password: secret};
}

export async function storeInHelper(helper: string, key: string, credentials: Credentials): Promise<void> {
	const {username = '', password = '', identityToken} = credentials;
	const secret = identityToken ?? password;
	const entry = {ServerURL: key, Username: identityToken === undefined ? username : tokenUser, Secret: secret};
	await askHelper({helper, action: 'store', input: JSON.stringify(entry), secret});
}

/** Returns whether the helper had something for the registry. */
export const eraseFromHelper = async (helper: string, key: string): Promise<boolean> =>
	(await askHelper({helper, action: 'erase', input: key})) !== undefined;

/** The registries that a helper knows, with their users. */
export async function listOfHelper(helper: string): Promise<readonly {readonly key: string; readonly user: string}[]> {
	const answer = parseAnswer(helper, (await askHelper({helper, action: 'list', input: 'unused'})) ?? '{}');
	return Object.entries(answer).flatMap(([key, user]) => (typeof user === 'string' ? [{key, user}] : []));
}
