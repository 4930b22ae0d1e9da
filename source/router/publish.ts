import {setTimeout as pause} from 'node:timers/promises';
import type {Engine} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {renderConfig} from './config.ts';
import {findRouter, observeRouter, runScript} from './container.ts';
import type {RouterOptions} from './options.ts';
import {planRuntime} from './runtime.ts';
import {assertSafe} from './safe-names.ts';
import {fenceScript} from './scripts.ts';
import {hashOf, readStored, type Stored, writeCommit} from './store.ts';
import type {RouteTable} from './table.ts';

/** How the running router came to serve what was published. `switch` and `reload` lose no request. */
export type Published = {readonly method: 'none' | 'switch' | 'reload'};

type PublishOptions = {
	readonly signal?: AbortSignal;
	/** What must be done before the new table serves; the publish is prepared meanwhile. */
	readonly after?: Promise<void>;
	/** What a `readAhead` found: when nobody has written since, the publish need not read. */
	readonly ahead?: Promise<ReadAhead>;
};

/** What the router held a while ago; undefined when it could not be read. */
export type ReadAhead = Stored | undefined;

/** Reads what a publish will need, while there is time. */
export async function readAhead(engine: Engine, options: RouterOptions): Promise<ReadAhead> {
	try {
		return await readStored(engine, await findRouter(engine, options));
	} catch {
		// The publish reads for itself then, and tells.
		return undefined;
	}
}

/** What a publish changes: one environment's table, or none when only the files and the router are brought in line. */
type TableChange = {readonly lineage: string; readonly content: RouteTable | null} | null;

/** The tables of every environment of the engine; empty when the router does not run. */
export async function readTables(engine: Engine, options: RouterOptions): Promise<readonly RouteTable[]> {
	const {state, containerId} = await observeRouter(engine, options);
	return state === 'running' && containerId ? (await readStored(engine, containerId)).tables : [];
}

/**
 * The tables after what a killed process has asked for: a commit goes on without it inside the router, so that one is
 * waited for, and one that has not begun to write is called off. The next publish makes the files whole again.
 */
export async function settleTables(engine: Engine, options: RouterOptions): Promise<readonly RouteTable[]> {
	const containerId = await findRouter(engine, options);
	const {exitCode, stderr} = await runScript(engine, containerId, fenceScript);
	if (exitCode !== 0) throw new UserError(`The router's lock cannot be taken: ${stderr.trim()}`);
	return (await readStored(engine, containerId)).tables;
}

/**
 * Serves an environment's table. Slots switch without a reload; anything else reloads. A publish that broke off is
 * finished by the same call. A host that another environment serves is a UserError with its owner.
 */
export function publish(
	engine: Engine,
	options: RouterOptions,
	table: RouteTable,
	publishOptions: PublishOptions = {},
): Promise<Published> {
	return bringInLine(engine, options, {lineage: table.lineage, content: table}, publishOptions);
}

/** Stops serving an environment. */
export function withdraw(engine: Engine, options: RouterOptions, lineage: string): Promise<Published> {
	assertSafe('lineage', lineage);
	return bringInLine(engine, options, {lineage, content: null});
}

// Every lost race is another process's success, so this many are not seen in practice.
const attempts = 40;

/** Makes files and running router agree with the stored tables and one change to them. */
export async function bringInLine(
	engine: Engine,
	options: RouterOptions,
	change: TableChange,
	{signal, after, ahead}: PublishOptions = {},
): Promise<Published> {
	const containerId = await findRouter(engine, options);
	let isSwitchTrusted = true;
	for (let attempt = 1; attempt <= attempts; attempt++) {
		const known = attempt === 1 ? await ahead : undefined;
		const stored = known ?? (await readStored(engine, containerId, signal));
		const tables = applyChange(stored.tables, change);
		const config = renderConfig(tables, stored.generation + 1);
		const wanted = planRuntime(tables, config, stored.running);
		if (wanted.type === 'none' && isWritten(stored, tables)) return {method: 'none'};
		signal?.throwIfAborted();
		const runtime = wanted.type === 'switch' && !isSwitchTrusted ? ({type: 'reload'} as const) : wanted;
		const commit = {expected: stored.generation, config, table: change, change: runtime};
		const running = await writeCommit(engine, containerId, commit, after);
		if (!running) {
			await pause(Math.random() * 100);
			continue;
		}
		if (planRuntime(tables, config, running).type === 'none') return {method: runtime.type};
		if (runtime.type === 'reload') throw new UserError('The router was reloaded and does not serve what was written.');
		isSwitchTrusted = false;
	}
	throw new UserError('Other processes keep changing the router.', {hint: 'Try again in a moment.'});
}

function applyChange(stored: readonly RouteTable[], change: TableChange): RouteTable[] {
	if (!change) return [...stored];
	const others = stored.filter(table => table.lineage !== change.lineage);
	if (!change.content) return others;
	for (const host of Object.keys(change.content.hosts)) {
		const owner = others.find(table => Object.hasOwn(table.hosts, host));
		if (owner)
			throw new UserError(
				`Host ${host} already belongs to project ${owner.project}, environment ${owner.environment}.`,
				{
					hint: 'Two environments cannot share a host: rename one, or change its domain.',
				},
			);
	}
	return [...others, change.content];
}

/** Whether the volume holds exactly this. */
const isWritten = (stored: Stored, tables: readonly RouteTable[]): boolean =>
	stored.configHash === hashOf(renderConfig(tables, stored.generation)) &&
	JSON.stringify(byLineage(stored.tables)) === JSON.stringify(byLineage(tables));

const byLineage = (tables: readonly RouteTable[]): RouteTable[] =>
	[...tables].sort((a, b) => (a.lineage < b.lineage ? -1 : 1));
