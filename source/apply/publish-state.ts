import {routesAddress} from '../model/address.ts';
import {observeRouter, publish} from '../router/router.ts';
import {servesAnything} from '../state/routes.ts';
import type {EnvironmentContext} from './context.ts';
import {writeJournaled} from './journaled.ts';
import {describeTable} from './route-table.ts';

const turns = new WeakMap<EnvironmentContext['state'], Promise<unknown>>();

/**
 * Serialises tasks that publish routes within an apply: a table made before another change was recorded would undo that
 * change.
 */
export function inTurn<Result>(
	{state}: Pick<EnvironmentContext, 'state'>,
	task: () => Promise<Result>,
): Promise<Result> {
	const before = turns.get(state) ?? Promise.resolve();
	const turn = before.then(task, task);
	turns.set(
		state,
		turn.catch(() => undefined),
	);
	return turn;
}

/**
 * Publishes the routes of the current state, after services were stopped or started. Does nothing without a running
 * router. Recovery publishes the state again if this write is interrupted.
 */
export const publishState = (context: EnvironmentContext): Promise<void> =>
	inTurn(context, async () => {
		const {engine, router, state, signal} = context;
		if (!servesAnything(state.current().routes) || (await observeRouter(engine, router)).state !== 'running') return;
		await writeJournaled(context, {
			address: routesAddress,
			intent: {type: 'switch', deployments: {}},
			isRepeatable: true,
			run: () => publish(engine, router, describeTable(state.current()), {signal}),
		});
	});
