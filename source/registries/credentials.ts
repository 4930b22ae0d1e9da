import {isRecord} from '../settings/setting-rules.ts';

/** What opens a registry: a user with a password, or a token that the registry gave instead. */
export type Credentials = {
	readonly username?: string;
	readonly password?: string;
	/** Exchanged for access at the registry's token server. */
	readonly identityToken?: string;
	/** Sent to the registry as it is. */
	readonly registryToken?: string;
};

const textAt = (entry: Readonly<Record<string, unknown>>, name: string): string | undefined => {
	const value = entry[name];
	return typeof value === 'string' && value !== '' ? value : undefined;
};

/** The user and password of an `auth` field: base64 of `user:password`. */
function decodePair(auth: string | undefined): Pick<Credentials, 'username' | 'password'> {
	const pair = Buffer.from(auth ?? '', 'base64').toString('utf8');
	const colon = pair.indexOf(':');
	if (colon <= 0) return {};
	// Docker once filled the password up with NUL.
	const password = pair.slice(colon + 1).replace(/\0+$/, '');
	return {username: pair.slice(0, colon), ...(password === '' ? {} : {password})};
}

/** Reads an entry of `auths`; undefined if it holds no credentials, such as one that a helper stores them for. */
export function parseEntry(entry: unknown): Credentials | undefined {
	if (!isRecord(entry)) return;
	const username = textAt(entry, 'username');
	const password = textAt(entry, 'password');
	const identityToken = textAt(entry, 'identitytoken');
	const registryToken = textAt(entry, 'registrytoken');
	const found: Credentials = {
		...(username === undefined ? {} : {username}),
		...(password === undefined ? {} : {password}),
		...decodePair(textAt(entry, 'auth')),
		...(identityToken === undefined ? {} : {identityToken}),
		...(registryToken === undefined ? {} : {registryToken}),
	};
	return (found.password ?? found.identityToken ?? found.registryToken) ? found : undefined;
}

/** The entry of `auths` as docker writes it: encoded, not encrypted. */
export const formatEntry = ({username = '', password = '', identityToken}: Credentials): Record<string, string> => ({
	auth: Buffer.from(`${username}:${identityToken === undefined ? password : ''}`).toString('base64'),
	...(identityToken === undefined ? {} : {identitytoken: identityToken}),
});

/** The fields in the words of Docker's API. */
export const apiFields = ({username, password, identityToken, registryToken}: Credentials, key: string) => ({
	username,
	password,
	identitytoken: identityToken,
	registrytoken: registryToken,
	serveraddress: key,
});
