import {observeRouter} from '../router/router.ts';
import type {Machine} from '../settings/machines.ts';
import type {EngineConnection} from '../workspace/workspace.ts';
import type {Check} from './check.ts';
import {checkEngine} from './engine-checks.ts';
import {examineMachine} from './machine-checks.ts';
import {readFacts} from './machine-facts.ts';

/**
 * Checks the engine of another machine, and if it answers, the machine.
 * @param machine its name and its entry in the settings, if it has one
 */
export async function checkMachine(
	connection: EngineConnection,
	machine?: {readonly name: string} & Machine,
): Promise<readonly Check[]> {
	const found = await checkEngine(connection);
	if (found[0]?.status === 'problem') return found;
	const {engine, router} = connection;
	const [info, shell, {state}] = await Promise.all([engine.info(), engine.shell(), observeRouter(engine, router)]);
	const facts = shell && (await readFacts(shell, info));
	return [...found, ...examineMachine({machine, info, facts, hasRouter: state === 'running', router})];
}
