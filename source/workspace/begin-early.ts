import {setImmediate as nextTurn} from 'node:timers/promises';
import type {EarlyBuilds} from '../apply/early-builds.ts';
import type {Limit} from '../build/limit.ts';
import {failpoint} from '../failpoints.ts';
import {busyActions} from '../plan/plan.ts';
import type {Refreshed} from '../refresh/refresh.ts';
import type {HeldEnvironment} from './hold-environment.ts';

type Options = {readonly limitBuilds: Limit; readonly parallelism: number | undefined};

/** Begins the builds of an approved plan before it is shown; undefined if it builds nothing, or the environment is new. */
export async function beginEarly(
	held: HeldEnvironment,
	{plan, builds}: Refreshed,
	options: Options,
): Promise<EarlyBuilds | undefined> {
	// The state of a new environment is not on disk yet, and an object must not carry a lineage that a crash could lose.
	if (held.isNew || !busyActions(plan).some(({object}) => object === 'image')) return undefined;
	const [{beginBuilds}, session] = await Promise.all([import('../apply/early-builds.ts'), held.open()]);
	const begun = await beginBuilds({...session, plan, builds, directory: held.workspace.directory, ...options});
	// The engine gets the first bytes before the plan is rendered.
	await nextTurn();
	failpoint('build.after-start');
	return begun;
}
