import {messageOf} from '../errors.ts';
import {type Credentials, parseEntry} from './credentials.ts';
import {type DockerConfig, helperOf, nameIn, readDockerConfig} from './docker-config.ts';
import {getFromHelper} from './helper-credentials.ts';
import {keyOf} from './registry-name.ts';

/** What docker's configuration has for one registry. */
export type Access = {
	/** Absent: the registry is asked as anybody. */
	readonly credentials?: Credentials;
	/** Why they could not be read. */
	readonly problem?: string;
};

/** The credentials of a host in docker's configuration itself. */
export function storedIn({auths}: Pick<DockerConfig, 'auths'>, host: string): Credentials | undefined {
	const name = nameIn(auths, host);
	return name === undefined ? undefined : parseEntry(auths[name]);
}

/**
 * The credentials for a registry, as the docker client finds them: of the credential helper for this host, else of the one
 * for all hosts, else of the file (docs/rules.md, "Credentials of registries"). Never fails: many images need none, so a
 * problem counts only once a registry refuses.
 */
export async function findCredentials(
	host: string,
	env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Access> {
	try {
		const config = readDockerConfig(env);
		const helper = helperOf(config, host);
		const credentials = helper === undefined ? storedIn(config, host) : await getFromHelper(helper, keyOf(host));
		return credentials ? {credentials} : {};
	} catch (error) {
		return {problem: messageOf(error)};
	}
}
