import {accessUser} from '../../apply/access-password.ts';
import {UserError} from '../../errors.ts';
import {jsonDocument} from '../../output/json.ts';
import {createTerminal} from '../../output/terminal.ts';
import {readPassword, signInWith} from '../../report/sign-in.ts';
import type {State} from '../../state/state.ts';
import {addressOf, serviceUrl} from '../../state/urls.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {openWorkspace, readExistingState, type Workspace} from '../../workspace/workspace.ts';

/** URLs of the services that require the password, each as it is shown first, then at its other hosts. */
export function guardedUrls(state: State, {settings}: Workspace): string[] {
	const guarded = Object.entries(state.routes?.hosts ?? {}).filter(
		([, service]) => state.routes?.access[service] === 'authenticated',
	);
	const isPublic = (url: string) => url === state.publicUrl;
	const urls = guarded.flatMap(([host, service]) => {
		const shown = addressOf(state, service, settings);
		return [...(shown !== undefined && isPublic(shown) ? [shown] : []), serviceUrl(state, host, settings)];
	});
	return [...new Set(urls)];
}

/** Prints the access password and sign-in links. Audited. */
export async function showAccess(state: State, workspace: Workspace, flags: CommonFlags): Promise<void> {
	const {print, inform} = createTerminal(flags);
	const password = await readPassword(state, workspace.directory, inform);
	if (password === undefined)
		throw new UserError(`environment ${state.environment} has no access password: everything it serves is public`);
	const links = guardedUrls(state, workspace).map(signInWith(password));
	if (isJson(flags)) process.stdout.write(jsonDocument({user: accessUser, password, links}));
	else print([`User:     ${accessUser}`, `Password: ${password}`, ...links].join('\n'));
}

/** `compartment access show`: shows the environment's access password and sign-in links. */
export async function accessShow(flags: CommonFlags): Promise<void> {
	const workspace = await openWorkspace(flags);
	await showAccess(await readExistingState(workspace), workspace, flags);
}
