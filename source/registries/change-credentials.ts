import {changeAuths} from './change-docker-config.ts';
import {type Credentials, formatEntry} from './credentials.ts';
import {configVariable, type DockerConfig, helperOf, nameIn, readDockerConfig} from './docker-config.ts';
import {storedIn} from './find-credentials.ts';
import {eraseFromHelper, storeInHelper} from './helper-credentials.ts';
import {hostOf, keyOf} from './registry-name.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where credentials are: with a credential helper, in DOCKER_AUTH_CONFIG, or in docker's configuration file. */
export type CredentialStore =
	| {readonly type: 'helper'; readonly program: string}
	| {readonly type: 'variable'; readonly name: string}
	| {readonly type: 'file'; readonly path: string};

/** A store in one word: a program, a variable or a file. */
export function placeOf(store: CredentialStore): string {
	if (store.type === 'helper') return store.program;
	return store.type === 'variable' ? store.name : store.path;
}

export const storeOf = (config: DockerConfig, host: string): CredentialStore => {
	const helper = helperOf(config, host);
	if (helper !== undefined) return {type: 'helper', program: `docker-credential-${helper}`};
	return config.path === configVariable ? {type: 'variable', name: configVariable} : {type: 'file', path: config.path};
};

const without = (auths: DockerConfig['auths'], host: string): DockerConfig['auths'] =>
	Object.fromEntries(Object.entries(auths).filter(([name]) => hostOf(name) !== host));

/** Stores credentials where docker would: with the helper if there is one, which leaves an empty entry in the file. */
export async function storeCredentials(
	host: string,
	credentials: Credentials,
	env: Environment = process.env,
): Promise<CredentialStore> {
	const config = readDockerConfig(env);
	const helper = helperOf(config, host);
	if (helper !== undefined) await storeInHelper(helper, keyOf(host), credentials);
	const entry = helper === undefined ? formatEntry(credentials) : {};
	changeAuths(auths => ({...without(auths, host), [keyOf(host)]: entry}), env);
	return storeOf(config, host);
}

/** Removes the credentials of a host from the helper and from the file. Returns whether there were any. */
export async function removeCredentials(host: string, env: Environment = process.env): Promise<boolean> {
	const config = readDockerConfig(env);
	const helper = helperOf(config, host);
	const wasInFile = storedIn(config, host) !== undefined;
	const hadEntry = nameIn(config.auths, host) !== undefined;
	const wasInHelper = helper !== undefined && (await eraseFromHelper(helper, keyOf(host)));
	if (hadEntry) changeAuths(auths => without(auths, host), env);
	return wasInFile || wasInHelper;
}
