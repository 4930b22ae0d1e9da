import {parseRegistry} from '../../console/registry-host.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal, warn} from '../../output/terminal.ts';
import {removeCredentials} from '../../registries/change-credentials.ts';
import {configVariable} from '../../registries/docker-config.ts';
import {isInVariable} from '../../registries/find-credentials.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';

/** `compartment registry logout [HOST]`: removes credentials from docker's configuration and its credential helper. */
export async function registryLogout(given: string | undefined, flags: CommonFlags): Promise<void> {
	const host = parseRegistry(given);
	const terminal = createTerminal(flags);
	const wasLoggedIn = await removeCredentials(host);
	if (await isInVariable(host))
		warn(terminal, [`${configVariable} has credentials for ${host}, which are used as long as it is set.`]);
	if (isJson(flags)) process.stdout.write(jsonDocument({registry: {host}, wasLoggedIn}));
	else
		terminal.print(
			wasLoggedIn ? `Logged out of ${sanitiseLine(host)}.` : `You were not logged in to ${sanitiseLine(host)}.`,
		);
}
