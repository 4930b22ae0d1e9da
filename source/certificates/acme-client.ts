import type {Client} from 'acme-client';
import type {AcmeSettings} from '../settings/acme.ts';
import {type Account, forgetAccount, readAccount, writeAccount} from './acme-account.ts';
import type {AcmeTransport} from './acme-transport.ts';
import {isAccountGone} from './issue-error.ts';

/** How often a request is signed again when the server refuses its nonce. Some refuse many, to test their clients. */
const nonceRetries = 25;

type ClientOptions = ConstructorParameters<typeof Client>[0];

// The entrance of the package loads a second library for keys, which takes longer than everything else.
async function loadLibrary() {
	const [client, crypto] = await Promise.all([
		import('acme-client/src/client.js'),
		import('acme-client/src/crypto/index.js'),
	]);
	return {Client: client.default, ...crypto.default};
}

/** Makes a private key, and the request for a certificate with it that names one host. */
export async function createRequest(host: string): Promise<{readonly key: string; readonly request: Buffer}> {
	const {createCsr, createPrivateEcdsaKey} = await loadLibrary();
	const key = await createPrivateEcdsaKey();
	const [, request] = await createCsr({altNames: [host]}, key);
	return {key: key.toString(), request};
}

async function openClient(options: ClientOptions, {request}: AcmeTransport): Promise<Client> {
	const {Client} = await loadLibrary();
	const client = new Client({...options, backoffAttempts: 1});
	// The library has no other way to set these; the tests with a real server notice when it changes.
	Object.assign((client as unknown as {readonly http: object}).http, {request, maxBadNonceRetries: nonceRetries});
	return client;
}

/** A client with an account that the server knew when it was last used. */
export type AcmeConnection = {
	/** Works with the client; if the server does not accept the account, once again with a new one. */
	readonly use: <T>(work: (client: Client) => Promise<T>) => Promise<T>;
};

/** Connects to an ACME server, with the user's account there or a new one. */
export function connectAcme(
	{directory, email, keyId, hmacKey}: AcmeSettings,
	transport: AcmeTransport,
	env: NodeJS.ProcessEnv,
): AcmeConnection {
	const contact = {contact: [`mailto:${email}`]};
	const binding = keyId === '' ? {} : {externalAccountBinding: {kid: keyId, hmacKey}};

	async function register(): Promise<Client> {
		const {createPrivateEcdsaKey} = await loadLibrary();
		const accountKey = await createPrivateEcdsaKey();
		const client = await openClient({directoryUrl: directory, accountKey, ...binding}, transport);
		await client.createAccount({termsOfServiceAgreed: true, ...contact});
		await writeAccount(directory, {key: accountKey.toString(), url: client.getAccountUrl(), email}, env);
		return client;
	}

	async function resume(account: Account): Promise<Client> {
		const {key, url} = account;
		const client = await openClient({directoryUrl: directory, accountKey: key, accountUrl: url}, transport);
		if (account.email !== email) {
			await client.updateAccount(contact);
			await writeAccount(directory, {...account, email}, env);
		}
		return client;
	}

	async function open(): Promise<Client> {
		const account = await readAccount(directory, env);
		return account ? resume(account) : register();
	}

	let client: Promise<Client> | undefined;
	return {
		async use(work) {
			client ??= open();
			const current = client;
			try {
				return await work(await current);
			} catch (error) {
				if (!isAccountGone(error)) {
					// The next host tries again.
					if (client === current) current.catch(() => (client = undefined));
					throw error;
				}
				// Whoever comes first registers, and the others use that account.
				if (client === current) {
					forgetAccount(directory, env);
					client = register();
				}
				return work(await client!);
			}
		},
	};
}
