import {readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {messageOf, UserError} from '../errors.ts';
import {isRecord} from '../settings/setting-rules.ts';
import {codeOf} from '../state/private-file.ts';
import {hostOf, keyOf} from './registry-name.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The docker client's configuration, as far as it is about registries. */
export type DockerConfig = {
	/** The file, or the variable. */
	readonly path: string;
	/** The whole file, in which a number is the text that it was written as; undefined if there is none. */
	readonly content: Readonly<Record<string, unknown>> | undefined;
	/** Key or host of a registry → its credentials, or an empty object if a helper stores them. */
	readonly auths: Readonly<Record<string, unknown>>;
	/** Key or host of a registry → name of its credential helper. */
	readonly credHelpers: Readonly<Record<string, unknown>>;
	/** The credential helper of all other registries. */
	readonly credsStore: string | undefined;
};

/** The folder in which the docker client keeps its configuration. */
export const dockerConfigDirectory = (env: Environment = process.env): string =>
	env['DOCKER_CONFIG'] || join(env['HOME'] || homedir(), '.docker');

const dockerConfigPath = (env: Environment): string => join(dockerConfigDirectory(env), 'config.json');

type Reviver = (this: unknown, key: string, value: unknown, context: {readonly source?: string}) => unknown;
type RawJson = {readonly rawJSON: (text: string) => unknown};

/** Parses JSON and keeps numbers as they were written, because 12345678901234567890 is not a number of JavaScript. */
function parseExactly(text: string): unknown {
	const keep: Reviver = (_key, value, {source}) =>
		typeof value === 'number' && source !== undefined ? (JSON as unknown as RawJson).rawJSON(source) : value;
	return JSON.parse(text, keep as Parameters<typeof JSON.parse>[1]);
}

function parse(path: string, text: string, hint = 'Repair it, or move it away.'): Readonly<Record<string, unknown>> {
	// An error of the parser may quote the file.
	let content: unknown;
	try {
		content = text.trim() === '' ? {} : parseExactly(text);
	} catch {
		throw new UserError(`${path} is not valid JSON`, {hint});
	}
	if (isRecord(content)) return content;
	throw new UserError(`${path} holds no JSON object`, {hint});
}

const recordAt = (content: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> => {
	const value = content[name];
	return isRecord(value) ? value : {};
};

/** Reads the configuration of the docker client. @throws UserError if it cannot be read; never quotes it */
export function readDockerConfig(env: Environment = process.env): DockerConfig {
	const path = dockerConfigPath(env);
	let text: string | undefined;
	try {
		text = readFileSync(path, 'utf8');
	} catch (error) {
		if (codeOf(error) !== 'ENOENT') throw new UserError(`Cannot read ${path}: ${messageOf(error)}`, {cause: error});
	}
	return describe(path, text === undefined ? undefined : parse(path, text));
}

function describe(path: string, content: DockerConfig['content']): DockerConfig {
	const {credsStore} = content ?? {};
	return {
		path,
		content,
		auths: recordAt(content ?? {}, 'auths'),
		credHelpers: recordAt(content ?? {}, 'credHelpers'),
		credsStore: typeof credsStore === 'string' && credsStore !== '' ? credsStore : undefined,
	};
}

/** The variable with the text of a configuration: of a job of GitLab, and of the docker client. */
export const configVariable = 'DOCKER_AUTH_CONFIG';

/** The configuration in DOCKER_AUTH_CONFIG; undefined without one. @throws UserError if it is none; never quotes it */
export function readConfigVariable(env: Environment = process.env): DockerConfig | undefined {
	const text = env[configVariable];
	if (!text) return undefined;
	return describe(
		configVariable,
		parse(configVariable, text, 'Set it to text such as {"auths": {"ghcr.io": {"auth": "…"}}}.'),
	);
}

/** The name under which a table of the configuration has a host: docker's own key, or another spelling of the host. */
export const nameIn = (table: Readonly<Record<string, unknown>>, host: string): string | undefined =>
	[keyOf(host), ...Object.keys(table)].find(name => Object.hasOwn(table, name) && hostOf(name) === host);

/** The credential helper that docker uses for a host; undefined if the file itself holds the credentials. */
export function helperOf({credHelpers, credsStore}: DockerConfig, host: string): string | undefined {
	const name = nameIn(credHelpers, host);
	if (name === undefined) return credsStore;
	const helper = credHelpers[name];
	return typeof helper === 'string' && helper !== '' ? helper : undefined;
}
