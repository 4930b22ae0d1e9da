import {createAccess, needsAccess} from '../apply/access-password.ts';
import {describeTable} from '../apply/route-table.ts';
import {UserError} from '../errors.ts';
import {observeRouter, publish} from '../router/router.ts';
import {accessShow} from './access-show.ts';
import type {CommonFlags} from './flags.ts';
import {isJson} from './flags.ts';
import {createTerminal} from './terminal.ts';
import {changeState} from './variable-change.ts';
import {openWorkspace, readExistingState} from './workspace.ts';

/**
 * `compartment access rotate`: a new password for the environment. The router takes it over without closing a
 * connection; whoever signed in with the old one is asked again.
 */
export async function accessRotate(flags: CommonFlags): Promise<void> {
	const {inform} = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const {engine, router} = workspace;
	if (!needsAccess(await readExistingState(workspace)))
		throw new UserError(`environment ${workspace.environment} has no access password: everything it serves is public`);
	await changeState(workspace, 'access.rotated', async state => {
		const next = {...state, access: await createAccess(state)};
		const {state: routerState} = await observeRouter(engine, router);
		if (routerState === 'running') await publish(engine, router, describeTable(next), {});
		return {state: next, audit: {}};
	});
	if (!isJson(flags)) inform('The access password is a new one. The former one does not sign in any more.');
	await accessShow(flags);
}
