import {accessSlot, accessUser} from '../apply/access-password.ts';
import {createSecretReader} from '../apply/secret-reader.ts';
import {UserError} from '../errors.ts';
import {jsonDocument} from '../output/json.ts';
import {appendAudit} from '../state/audit.ts';
import {type CommonFlags, isJson} from './flags.ts';
import {createTerminal} from './terminal.ts';
import {openWorkspace, readExistingState} from './workspace.ts';

/** `compartment access show`: the environment's access password and the links that sign in. Audited. */
export async function accessShow(flags: CommonFlags): Promise<void> {
	const {print, inform} = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const state = await readExistingState(workspace);
	if (!state.access)
		throw new UserError(`environment ${state.environment} has no access password: everything it serves is public`);
	const {ciphertext} = state.access;
	const password = await createSecretReader(() => state).readCiphertext(ciphertext, accessSlot.scope, accessSlot.key);
	const warning = appendAudit(workspace.directory, {
		type: 'access.shown',
		status: 'succeeded',
		target: state.environment,
		details: {},
	});
	if (warning) inform(`Warning: ${warning}`);
	const {routerPort} = workspace.settings;
	const guarded = Object.entries(state.routes?.hosts ?? {}).filter(
		([, service]) => state.routes?.access[service] === 'authenticated',
	);
	const links = guarded.map(
		([host]) => `http://${accessUser}:${password}@${host}${routerPort === 80 ? '' : `:${routerPort}`}`,
	);
	if (isJson(flags)) process.stdout.write(jsonDocument({user: accessUser, password, links}));
	else print([`User:     ${accessUser}`, `Password: ${password}`, ...links].join('\n'));
}
