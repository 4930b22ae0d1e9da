import {chooseEngine} from '../workspace/choose-engine.ts';
import {connectTo, type EngineConnection} from '../workspace/workspace.ts';

/** Selects the engine of an environment, without connecting to it. Those on the same engine share a connection. */
export type Connections = (environment: string) => Promise<EngineConnection>;

/** The connections of one dashboard. */
export function createConnections(): Connections {
	const known = new Map<string, Promise<EngineConnection>>();
	return async environment => {
		const choice = await chooseEngine(environment);
		const key = JSON.stringify(choice);
		const connection = known.get(key) ?? connectTo(choice);
		known.set(key, connection);
		return connection;
	};
}

type OnEngine = {readonly connection: EngineConnection};

/** Items by their connection, each once. */
export const byConnection = <Item extends OnEngine>(
	items: readonly Item[],
): ReadonlyMap<EngineConnection, readonly Item[]> => Map.groupBy(items, ({connection}) => connection);
