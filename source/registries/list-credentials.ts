import {messageOf} from '../errors.ts';
import {type CredentialStore, storeOf} from './change-credentials.ts';
import {parseEntry} from './credentials.ts';
import {type DockerConfig, helperOf, readConfigVariable, readDockerConfig} from './docker-config.ts';
import {getFromHelper, listOfHelper} from './helper-credentials.ts';
import {hostOf, keyOf} from './registry-name.ts';

/** A registry with the user who is logged in; without the secret. */
export type KnownRegistry = {
	readonly host: string;
	/** Null for a token without a user. */
	readonly user: string | null;
	readonly store: CredentialStore;
};

export type KnownRegistries = {
	readonly registries: readonly KnownRegistry[];
	/** Helpers that could not be asked. */
	readonly problems: readonly string[];
};

type Environment = Readonly<Record<string, string | undefined>>;

type Found = {readonly host: string; readonly user: string | undefined};

const inFile = ({auths}: DockerConfig): Found[] =>
	Object.entries(auths).flatMap(([name, entry]) => {
		const credentials = parseEntry(entry);
		return credentials ? [{host: hostOf(name), user: credentials.username}] : [];
	});

async function ofDefaultHelper({credsStore}: DockerConfig): Promise<Found[]> {
	if (credsStore === undefined) return [];
	return (await listOfHelper(credsStore)).map(({key, user}) => ({host: hostOf(key), user}));
}

/** Some helpers of single hosts list others, or cannot list, so each is asked for its own. */
async function ofHelperFor(config: DockerConfig, host: string): Promise<Found[]> {
	const helper = helperOf(config, host);
	const credentials = helper === undefined ? undefined : await getFromHelper(helper, keyOf(host));
	return credentials ? [{host, user: credentials.username}] : [];
}

/** The registries that one configuration has credentials for. A host is listed where docker would look for it. */
async function listIn(config: DockerConfig): Promise<KnownRegistries> {
	const ownHosts = [...new Set(Object.keys(config.credHelpers).map(hostOf))];
	const asked = await Promise.allSettled([ofDefaultHelper(config), ...ownHosts.map(host => ofHelperFor(config, host))]);
	const [ofDefault = [], ...ofOwn] = asked.map(outcome => (outcome.status === 'fulfilled' ? outcome.value : []));
	const found = [
		...ofOwn.flat(),
		...ofDefault.filter(({host}) => !ownHosts.includes(host)),
		...inFile(config).filter(({host}) => helperOf(config, host) === undefined),
	];
	return {
		registries: found.map(({host, user}) => ({
			host,
			user: user === undefined || user === '' || user === '<token>' ? null : user,
			store: storeOf(config, host),
		})),
		problems: asked.flatMap(outcome => (outcome.status === 'rejected' ? [messageOf(outcome.reason)] : [])),
	};
}

/** The variable, or undefined if it cannot be read, with the problem. */
function readVariable(env: Environment): {readonly config?: DockerConfig | undefined; readonly problem?: string} {
	try {
		return {config: readConfigVariable(env)};
	} catch (error) {
		return {problem: messageOf(error)};
	}
}

/** The registries that there are credentials for, each where they are found first. */
export async function listCredentials(env: Environment = process.env): Promise<KnownRegistries> {
	const {config, problem} = readVariable(env);
	const lists = [await listIn(readDockerConfig(env)), ...(config ? [await listIn(config)] : [])];
	// The variable comes last, and so replaces what the file has.
	const byHost = new Map(lists.flatMap(({registries}) => registries).map(found => [found.host, found]));
	return {
		registries: [...byHost.values()].sort((a, b) => (a.host < b.host ? -1 : 1)),
		problems: [...(problem === undefined ? [] : [problem]), ...lists.flatMap(({problems}) => problems)],
	};
}
