import {askValue} from '../../console/ask-value.ts';
import {canAsk} from '../../console/can-ask.ts';
import {readStdin} from '../../console/read-stdin.ts';
import {parseRegistry} from '../../console/registry-host.ts';
import {connectDocker} from '../../engine/docker.ts';
import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal, warn} from '../../output/terminal.ts';
import {placeOf, storeCredentials} from '../../registries/change-credentials.ts';
import {configVariable, readDockerConfig} from '../../registries/docker-config.ts';
import {isInVariable} from '../../registries/find-credentials.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';

type LoginFlags = CommonFlags & {readonly username?: string; readonly passwordStdin?: boolean};

const cancelled = 'Nothing was stored.';

const fromStdin = (host: string) =>
	hint`printf %s "$PASSWORD" | ${command('registry login', host, '--username', 'NAME', '--password-stdin')}`;

async function readUser(host: string, {username, passwordStdin}: LoginFlags): Promise<string> {
	if (username === undefined && (passwordStdin || !canAsk()))
		throw new UserError('Missing --username.', {hint: fromStdin(host)});
	const user = username ?? (await askValue(`User of ${host}: `, {isHidden: false, cancelled})).trim();
	if (user === '') throw new UserError('The user is empty.');
	// The registry would take what follows for the password.
	if (user.includes(':')) throw new UserError(`A user cannot contain a colon: ${user}`);
	return user;
}

async function readPassword(host: string, {passwordStdin}: LoginFlags): Promise<string> {
	if (!passwordStdin && !canAsk())
		throw new UserError('Missing password: pass it with --password-stdin, or run from a terminal to enter it.', {
			hint: fromStdin(host),
		});
	const password = passwordStdin
		? (await readStdin()).toString('utf8').replace(/\r?\n$/, '')
		: await askValue('Password: ', {isHidden: true, cancelled});
	if (password === '') throw new UserError('The password is empty.');
	return password;
}

/** `compartment registry login [HOST]`: has the engine try credentials, and stores them where docker would. */
export async function registryLogin(given: string | undefined, flags: LoginFlags): Promise<void> {
	const terminal = createTerminal(flags);
	const {print, paint} = terminal;
	const host = parseRegistry(given);
	// Before anybody types a password for a file that cannot be changed.
	readDockerConfig();
	const username = await readUser(host, flags);
	const password = await readPassword(host, flags);
	const {identityToken} = await connectDocker().logIn(host, {username, password});
	const credentials = identityToken === undefined ? {username, password} : {username, identityToken};
	const store = await storeCredentials(host, credentials);
	if (await isInVariable(host))
		warn(terminal, [`${configVariable} has credentials for ${host} too, and they go before these.`]);
	if (isJson(flags)) {
		process.stdout.write(jsonDocument({registry: {host, user: username, store}}));
		return;
	}
	print(`Logged in to ${sanitiseLine(host)} as ${sanitiseLine(username)}.`);
	const what = identityToken === undefined ? 'password' : 'token';
	const where =
		store.type === 'helper'
			? `${placeOf(store)} stores the ${what}.`
			: `The ${what} is in ${placeOf(store)}, readable by you alone, but not encrypted.`;
	print(paint.dim(sanitiseLine(where)));
}
