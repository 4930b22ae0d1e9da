import {parseRegistry} from '../../console/registry-host.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal} from '../../output/terminal.ts';
import {removeCredentials} from '../../registries/change-credentials.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';

/** `compartment registry logout [HOST]`: removes credentials from docker's configuration and its credential helper. */
export async function registryLogout(given: string | undefined, flags: CommonFlags): Promise<void> {
	const host = parseRegistry(given);
	const wasLoggedIn = await removeCredentials(host);
	if (isJson(flags)) process.stdout.write(jsonDocument({registry: {host}, wasLoggedIn}));
	else
		createTerminal(flags).print(
			wasLoggedIn ? `Logged out of ${sanitiseLine(host)}.` : `You were not logged in to ${sanitiseLine(host)}.`,
		);
}
