import {EngineError} from '../../errors.ts';
import type {Deployment} from '../../state/state.ts';
import {type ApplyContext, notice} from '../context.ts';

/**
 * Restarts the container of a deployment that was stopped for its successor. If it was removed meanwhile, that is a warning:
 * the rest of the rollback continues, and the next apply recreates it.
 * @returns whether it runs
 */
export async function bringBack(
	context: Pick<ApplyContext, 'engine' | 'emit' | 'plan'>,
	{id, service, containerId}: Pick<Deployment, 'id' | 'service' | 'containerId'>,
): Promise<boolean> {
	if (containerId === undefined) return false;
	try {
		await context.engine.start(containerId);
		return true;
	} catch (error) {
		if (!(error instanceof EngineError) || error.status !== 404) throw error;
		const what = `service.${service}: the container of the previous deployment ${id} was removed outside Compartment`;
		notice(context, 'warning', `${what} and cannot be restarted`);
		return false;
	}
}
