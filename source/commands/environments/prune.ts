import {loadProject} from '../../descriptor/load.ts';
import {messageOf, UserError} from '../../errors.ts';
import {jsonLine} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal, warn} from '../../output/terminal.ts';
import {plainRequest} from '../../refresh/plan-request.ts';
import {listEnvironments} from '../../state/environments.ts';
import {hasExpired, lifetimeOf} from '../../state/expired.ts';
import type {State} from '../../state/state.ts';
import {readState} from '../../state/store.ts';
import {changeState} from '../../workspace/change-variables.ts';
import {findEnvironments} from '../../workspace/find-environments.ts';
import {isJson} from '../../workspace/flags.ts';
import {openWorkspace} from '../../workspace/workspace.ts';
import {type ApplyFlags, apply} from '../deploy/apply.ts';
import {exitCodeOf} from '../exit-code.ts';

/** The states of a project's environments that have expired. */
async function findExpired(directory: string): Promise<readonly State[]> {
	const entries = (await listEnvironments(directory)).filter(({problem}) => problem === undefined);
	const states = await Promise.all(entries.map(entry => readState(entry.directory)));
	return states.filter(state => state !== undefined).filter(state => hasExpired(state, Date.now()));
}

/** Destroys one of them as an agent does; an environment that has nothing left loses its lifetime. */
async function destroyExpired(state: State, flags: ApplyFlags): Promise<number> {
	const {environment} = state;
	const deleteData = lifetimeOf(state)!.deletesData;
	const request = {...plainRequest, mode: 'destroy', deleteData, expiredAt: Date.now()} as const;
	const outcome = await apply('destroy', undefined, {...flags, env: environment}, request);
	if (outcome === 'not-applied')
		await changeState(await openWorkspace({...flags, env: environment}), 'environment.pruned', async current => ({
			state: {...current, lifetime: null},
			audit: {},
		}));
	return exitCodeOf(outcome);
}

/**
 * `compartment environment prune`: destroys the environments of the project whose lifetime is over (docs/rules.md, "Lifetime of
 * an environment"), for those who have no agent, such as CI. One that fails does not keep the others.
 */
export async function environmentPrune(flags: ApplyFlags): Promise<number> {
	const terminal = createTerminal(flags);
	const project = await loadProject(process.cwd());
	warn(terminal, await findEnvironments(project));
	const pruned: string[] = [];
	let exitCode = 0;
	for (const state of await findExpired(project.directory)) {
		const {environment} = state;
		try {
			const code = await destroyExpired(state, flags);
			if (code === 0) pruned.push(environment);
			exitCode ||= code;
		} catch (error) {
			if (!(error instanceof UserError) || !flags.autoApprove) throw error;
			warn(terminal, [`Environment ${environment} stays: ${messageOf(error)}`]);
			exitCode ||= 1;
		}
	}
	if (isJson(flags)) process.stdout.write(jsonLine({type: 'environments-pruned', environments: pruned}));
	else if (pruned.length > 0) terminal.print(`Destroyed ${sanitiseLine(pruned.join(', '))}.`);
	else if (exitCode === 0) terminal.print('No environment has expired.');
	return exitCode;
}
