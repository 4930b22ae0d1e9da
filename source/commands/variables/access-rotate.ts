import {accessUser, createAccess, needsAccess} from '../../apply/access-password.ts';
import {withoutRotation, withRotation} from '../../apply/recovery/access-rotation.ts';
import {describeTable} from '../../apply/route-table.ts';
import {UserError} from '../../errors.ts';
import {failpoint} from '../../failpoints.ts';
import {signInHint} from '../../output/events/result-text.ts';
import {jsonDocument} from '../../output/json.ts';
import {createTerminal} from '../../output/terminal.ts';
import {observeRouter, publish, settleWorkers} from '../../router/router.ts';
import type {State} from '../../state/state.ts';
import {changeState} from '../../workspace/change-variables.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';
import {openWorkspace, readExistingState, type Workspace} from '../../workspace/workspace.ts';
import {guardedUrls, showAccess} from './access-show.ts';

// Twice the lifetime of a client's idle connection to the router.
const settleMs = 16_000;

/** Publishes a state, and waits until no request is answered by the previous configuration. */
async function serve({engine, router}: Workspace, state: State, previousAccessHash?: string): Promise<void> {
	const {state: routerState} = await observeRouter(engine, router);
	if (routerState !== 'running') return;
	await publish(engine, router, {...describeTable(state), previousAccessHash}, {});
	await settleWorkers(engine, router, settleMs);
}

/**
 * `compartment access rotate`: changes the environment's access password without losing a request. The router first
 * accepts both passwords; once it does so on every connection, the new one is recorded and, in a terminal, shown; then
 * the previous one is refused. The state records the rotation, so that the next command completes an interrupted one.
 * Outside a terminal, where output may be recorded, only `access show` prints the password.
 */
export async function accessRotate(flags: CommonFlags): Promise<void> {
	const terminal = createTerminal(flags);
	const {print, inform, isSeen} = terminal;
	const workspace = await openWorkspace(flags);
	if (!needsAccess(await readExistingState(workspace)))
		throw new UserError(`environment ${workspace.environment} has no access password: everything it serves is public`);
	const tell = async (state: State) => {
		const urls = guardedUrls(state, workspace);
		if (isJson(flags)) process.stdout.write(jsonDocument({user: accessUser, urls, hint: hintText(signInHint)}));
		else if (isSeen) await showAccess(state, workspace, flags);
		else print([...urls, hintText(signInHint)].join('\n'));
	};
	await changeState(
		workspace,
		'access.rotated',
		async (state, update) => {
			const marked = await update(withRotation);
			failpoint('rotate.after-mark');
			const next = withRotation({...marked, access: await createAccess(state)});
			await serve(workspace, next, state.access?.headerHash);
			failpoint('rotate.after-both');
			return {state: next, audit: {}};
		},
		async (state, update) => {
			failpoint('rotate.after-record');
			if (!isJson(flags)) {
				await tell(state);
				inform('The new password signs in. The previous one is being withdrawn.');
			}
			await serve(workspace, state);
			failpoint('rotate.after-withdraw');
			await update(withoutRotation);
			if (isJson(flags)) await tell(state);
			else inform('The previous password no longer signs in.');
		},
	);
}
