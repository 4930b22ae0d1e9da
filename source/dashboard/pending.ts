import type {Project} from '../descriptor/project.ts';
import {UserError} from '../errors.ts';
import {type Action, busyActions, signOf} from '../plan/plan.ts';
import {plainRequest} from '../refresh/plan-request.ts';
import {refresh} from '../refresh/refresh.ts';
import type {State} from '../state/state.ts';
import type {EngineConnection} from '../workspace/workspace.ts';

/** What an apply would do to an environment now; undefined if that cannot be planned. */
export type Pending = readonly Action[] | undefined;

/** Plans an apply, which only reads. */
export async function readPending(
	connection: EngineConnection,
	project: Project,
	state: State,
	directory: string,
): Promise<Pending> {
	try {
		return busyActions((await refresh({...connection, project, state, directory}, plainRequest)).plan);
	} catch (error) {
		if (error instanceof UserError) return undefined;
		throw error;
	}
}

const sourcePrefix = 'source.';

/**
 * What an apply would do to a service or resource, in a few characters: `~2f` for two changed files, else the sign of the
 * action. Empty when it would do nothing. Pure.
 */
export function pendingText(actions: readonly Action[], address: string): string {
	const name = address.slice(address.indexOf('.') + 1);
	const isService = address.startsWith('service.');
	const image = isService ? actions.find(action => action.address === `image.${name}`) : undefined;
	const files = image?.changes.filter(change => change.name.startsWith(sourcePrefix)).length ?? 0;
	const own = actions.find(action => action.address === address) ?? image;
	if (own?.kind === 'create' || own?.kind === 'delete' || own?.kind === 'blocked') return signOf(own);
	if (files > 0) return `~${files}f`;
	return own ? signOf(own) : '';
}
