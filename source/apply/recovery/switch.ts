import {isDeepStrictEqual} from 'node:util';
import {UserError} from '../../errors.ts';
import {ensureRouter, observeRouter, optionsFor, publish, settleTables} from '../../router/router.ts';
import type {RouteTable} from '../../router/table.ts';
import {type Switch, withSwitch} from '../../state/deployments.ts';
import type {Intent} from '../../state/journal-entry.ts';
import type {State} from '../../state/state.ts';
import {describeTable} from '../route-table.ts';
import {takeNames} from '../steps/take-names.ts';
import type {RecoveryContext} from './context.ts';

/**
 * This environment's table in the router's volume. Starts the router if it does not run.
 * @throws UserError when the router cannot be started
 */
async function readTable({engine, router, state}: RecoveryContext): Promise<RouteTable | undefined> {
	const {state: routerState} = await observeRouter(engine, router);
	if (routerState !== 'running') await ensureRouter(engine, optionsFor(router, state.current()));
	const tables = await settleTables(engine, router);
	return tables.find(({lineage}) => lineage === state.current().lineage);
}

function serves({backends}: RouteTable, service: string, id: string): boolean {
	const backend = backends.find(candidate => candidate.service === service);
	return backend?.active != null && backend.slots[backend.active]?.deployment === id;
}

const routesOf = ({hosts, rules, backends}: RouteTable) => ({
	hosts,
	rules,
	access: Object.fromEntries(backends.map(({service, accessMode}) => [service, accessMode])),
});

/** Whether the router's file was written by the switch. */
function isAfter(table: RouteTable, {routes}: State, switched: Switch): boolean {
	const routed = Object.entries(switched).filter(([service]) =>
		table.backends.some(backend => backend.service === service),
	);
	if (routed.length > 0) return routed.every(([service, id]) => serves(table, service, id));
	// Only workers, or no service at all: the hosts and rules decide.
	return !isDeepStrictEqual(routesOf(table), routes);
}

/**
 * The router's file decides whether the switch happened, because it is written first; the state, where nothing is routed.
 * @returns undefined when the router cannot be started, so that nothing is known: the switch stays pending and its
 * candidates are kept
 */
export async function recoverSwitch(
	context: RecoveryContext,
	{deployments: switched, isUnrouted}: Extract<Intent, {type: 'switch'}>,
): Promise<boolean | undefined> {
	const {engine, router, state, say} = context;
	const services = Object.keys(switched);
	const {active} = state.current();
	if (services.length > 0 && services.every(service => active[service] === switched[service])) return true;
	// Then the state alone decides, and it was not written.
	if (isUnrouted) return false;
	try {
		const table = await readTable(context);
		const hasHappened = table !== undefined && isAfter(table, state.current(), switched);
		if (!table && services.length === 0) {
			// A destroy had already withdrawn the routes.
			await state.update(current => ({...current, routes: null}));
			return true;
		}
		if (hasHappened) {
			await takeNames(context, switched);
			await state.update(current => withSwitch(current, routesOf(table), switched));
		}
		// The crash may have come between writing the file and updating the running router.
		if (state.current().routes) await publish(engine, router, describeTable(state.current()));
		if (hasHappened && services.length > 0)
			say(`the switch had already happened: ${services.join(', ')} now run the new deployment`);
		return hasHappened;
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		say(`whether the switch happened is unknown until the router runs again (${error.message})`);
		return undefined;
	}
}
