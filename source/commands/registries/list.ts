import {command, hint} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {renderTable} from '../../output/table.ts';
import {createTerminal, warn} from '../../output/terminal.ts';
import {placeOf} from '../../registries/change-credentials.ts';
import {type KnownRegistry, listCredentials} from '../../registries/list-credentials.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';

/** `compartment registry list`: lists the registries in docker's configuration with their users, never with a secret. */
export async function registryList(flags: CommonFlags): Promise<void> {
	const terminal = createTerminal(flags);
	const {print, paint} = terminal;
	const {registries, problems} = await listCredentials();
	warn(terminal, problems);
	if (isJson(flags)) {
		process.stdout.write(jsonDocument({registries, problems}));
		return;
	}
	if (registries.length === 0) {
		print(hintText(hint`You are logged in to no registry. ${command('registry login', 'HOST')} changes that.`));
		return;
	}
	const columns = [
		{title: 'REGISTRY', value: ({host}: KnownRegistry) => sanitiseLine(host)},
		{title: 'USER', value: ({user}: KnownRegistry) => sanitiseLine(user ?? '(token)')},
		{
			title: 'STORED',
			value: ({store}: KnownRegistry) => sanitiseLine(placeOf(store)),
		},
	];
	print(renderTable(columns, registries, {titleStyle: paint.dim}));
}
