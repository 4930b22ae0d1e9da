import {EngineError} from '../../errors.ts';
import type {Deployment} from '../../state/state.ts';
import {type ApplyContext, notice} from '../context.ts';

/**
 * Starts the container of a deployment again that was stopped for its successor. One that somebody removed meanwhile is
 * told, and keeps nothing else from being put in order; the next apply makes it again.
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
		notice(context, 'warning', `${what} and cannot be started again`);
		return false;
	}
}
