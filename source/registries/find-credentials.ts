import {messageOf} from '../errors.ts';
import {type Credentials, parseEntry} from './credentials.ts';
import {type DockerConfig, helperOf, nameIn, readConfigVariable, readDockerConfig} from './docker-config.ts';
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

/** What one configuration has for a host: of the credential helper for it, else of the one for all hosts, else itself. */
async function credentialsIn(config: DockerConfig, host: string): Promise<Credentials | undefined> {
	const helper = helperOf(config, host);
	return helper === undefined ? storedIn(config, host) : getFromHelper(helper, keyOf(host));
}

/**
 * The credentials for a registry, as the docker client finds them: in DOCKER_AUTH_CONFIG, else in its configuration
 * (docs/rules.md, "Credentials of registries"). Never fails: many images need none, so a problem counts only once a registry
 * refuses.
 */
export async function findCredentials(
	host: string,
	env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Access> {
	const problems: string[] = [];
	for (const read of [readConfigVariable, readDockerConfig])
		try {
			const config = read(env);
			const credentials = config && (await credentialsIn(config, host));
			if (credentials) return {credentials};
		} catch (error) {
			problems.push(messageOf(error));
		}
	return problems.length === 0 ? {} : {problem: problems.join('; ')};
}

/** Whether DOCKER_AUTH_CONFIG has credentials for a host, which go before stored ones. */
export async function isInVariable(
	host: string,
	env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<boolean> {
	try {
		const config = readConfigVariable(env);
		return config !== undefined && (await credentialsIn(config, host)) !== undefined;
	} catch {
		// A pull says so, if the registry then refuses.
		return false;
	}
}
