import {existsSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {UserError} from '../errors.ts';
import {findProgram, startProgram, type Variables} from '../programs.ts';
import type {Repository} from './result.ts';

const longestOutput = 4000;
const timeout = 10 * 60_000;

/** Git asks this for credentials, and gives the answer only to the host of the repository. The token is in the environment alone. */
const helper = '!f() { test "$1" = get || exit 0; echo username=x-access-token; echo "password=$CLONE_TOKEN"; }; f';

function credentials({url, token}: Repository): Variables {
	if (token === undefined) return {};
	const {origin} = new URL(url);
	const settings = [
		// An empty one turns off the helpers of the user, which would store the token.
		['credential.helper', ''],
		[`credential.${origin}.helper`, helper],
	] as const;
	return {
		CLONE_TOKEN: token,
		GIT_CONFIG_COUNT: String(settings.length),
		...Object.fromEntries(
			settings.flatMap(([key, value], index) => [
				[`GIT_CONFIG_KEY_${index}`, key],
				[`GIT_CONFIG_VALUE_${index}`, value],
			]),
		),
	};
}

const variablesFor = (repository: Repository): Variables => ({
	...credentials(repository),
	// No question, no remote helper that runs programs, and no template with hooks.
	GIT_TERMINAL_PROMPT: '0',
	GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
	GIT_TEMPLATE_DIR: '',
});

/** What git said, without the token. */
const shown = (output: string, {token}: Repository): string => {
	const text = token ? output.replaceAll(token, '…') : output;
	return text.trim().split('\n').slice(-5).join('\n  ');
};

/**
 * Clones the repository of an app with the system's git into its folder beside compartment.yml.
 * @throws UserError when the folder is there, when there is no git, or with what git said; then nothing is left behind
 */
export async function cloneRepository(repository: Repository, directory: string): Promise<void> {
	const {url, branch, folder} = repository;
	const target = join(directory, folder);
	if (existsSync(target))
		throw new UserError(`${folder} is there already, and the repository is cloned to it.`, {
			hint: 'Move it away, and import again.',
		});
	const git = findProgram('git', directory);
	if (git === undefined) throw new UserError('git is not on the PATH, and the app is built from a repository.');
	const args = ['clone', '--quiet', '--depth=1', '--no-recurse-submodules', ...(branch ? [`--branch=${branch}`] : [])];
	const child = startProgram(git, [...args, '--', url, folder], {
		cwd: directory,
		stdio: ['ignore', 'ignore', 'pipe'],
		timeout,
		variables: variablesFor(repository),
	});
	let output = '';
	child.stderr?.setEncoding('utf8').on('data', (text: string) => {
		output = (output + text).slice(-longestOutput);
	});
	const code = await new Promise<number | null>((resolve, reject) => {
		child.on('error', reject);
		child.on('close', resolve);
	}).catch((error: Error) => {
		output = error.message;
		return null;
	});
	if (code === 0) return;
	await rm(target, {recursive: true, force: true});
	throw new UserError(`git cannot clone ${url}${branch ? `, branch ${branch}` : ''}:\n  ${shown(output, repository)}`);
}
