import {openInBrowser} from '../../console/open-in-browser.ts';
import {UserError} from '../../errors.ts';
import {signInHint} from '../../output/events/result-text.ts';
import {jsonDocument} from '../../output/json.ts';
import {createTerminal} from '../../output/terminal.ts';
import {readSignIn} from '../../report/sign-in.ts';
import {addressOf} from '../../state/urls.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';
import {openWorkspace, readExistingState} from '../../workspace/workspace.ts';

/** `compartment open [SERVICE]`: prints the URL of a service and opens it in the browser. */
export async function open(name: string | undefined, flags: CommonFlags): Promise<void> {
	const terminal = createTerminal(flags);
	const {print, isInteractive} = terminal;
	const workspace = await openWorkspace(flags);
	const state = await readExistingState(workspace);
	const hosts = Object.entries(state.routes?.hosts ?? {});
	const found =
		name === undefined
			? (hosts.find(([, service]) => service === 'web') ?? hosts[0])
			: hosts.find(([, service]) => service === name);
	if (!found)
		throw new UserError(`${name ?? 'the environment'} has no host`, {
			hint: `Services with a host: ${[...new Set(hosts.map(([, service]) => service))].join(', ') || 'none'}`,
		});
	const url = addressOf(state, found[1], workspace.settings)!;
	const isGuarded = state.routes?.access[found[1]] === 'authenticated';
	if (isJson(flags))
		process.stdout.write(jsonDocument({service: found[1], url, hint: isGuarded ? hintText(signInHint) : null}));
	else if (!isGuarded) print(url);
	else {
		const signIn = await readSignIn(state, workspace.directory, terminal);
		print(signIn ? signIn(url) : [url, hintText(signInHint)].join('\n'));
	}
	// Without the password, which every user of this machine could read in the browser's command line.
	if (isInteractive && !isJson(flags)) openInBrowser(url);
}
