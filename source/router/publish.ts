import {setTimeout as pause} from 'node:timers/promises';
import type {Engine} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {type OpenCommit, openCommit} from './commit.ts';
import {renderConfig} from './config.ts';
import {findRouter, observeRouter, runScript} from './container.ts';
import type {RouterOptions} from './options.ts';
import {planRuntime, type RuntimeChange} from './runtime.ts';
import {assertSafe} from './safe-names.ts';
import {fenceScript} from './scripts.ts';
import {hashOf, readStored, type Stored} from './store.ts';
import type {RouteTable} from './table.ts';

/** How the running router took over the new tables. Neither `switch` nor `reload` loses requests. */
export type Published = {readonly method: 'none' | 'switch' | 'reload'};

type PublishOptions = {
	readonly signal?: AbortSignal;
	/** Must be done before the new table serves. The publish is prepared meanwhile. */
	readonly after?: Promise<unknown>;
	/** The same publish, staged before. If it is another one or no longer waits, it is abandoned. */
	readonly staged?: StagedPublish | undefined;
};

/** The change of a publish: one environment's table, or null to only reconcile the files and the running router. */
type TableChange = {readonly lineage: string; readonly content: RouteTable | null} | null;

/** What a change needs: what the router then serves, and the commit, uploaded. */
type Prepared = {
	readonly change: TableChange;
	readonly tables: readonly RouteTable[];
	readonly config: string;
	readonly runtime: RuntimeChange;
	readonly commit: OpenCommit;
};

/** A publish that the router has checked, and that takes effect when `publish` gets it. Until then nothing changes. */
export type StagedPublish = Prepared;

/**
 * Stages a publish before its table is to be served. Undefined if that is not possible, or not necessary; `publish` then
 * does everything, and reports the error.
 */
export async function stagePublish(
	engine: Engine,
	options: RouterOptions,
	table: RouteTable,
): Promise<StagedPublish | undefined> {
	try {
		const change = {lineage: table.lineage, content: table};
		const prepared = await prepare(engine, await findRouter(engine, options), change);
		await prepared?.commit.staged;
		return prepared?.commit.isWaiting() ? prepared : undefined;
	} catch {
		return undefined;
	}
}

/** The tables of all environments of the engine; empty if the router is not running. */
export async function readTables(engine: Engine, options: RouterOptions): Promise<readonly RouteTable[]> {
	const {state, containerId} = await observeRouter(engine, options);
	return state === 'running' && containerId ? (await readStored(engine, containerId)).tables : [];
}

/**
 * The tables after a process was killed during a publish. Its commit may still be running inside the router: this waits
 * for it, and cancels one that has not started to write. The next publish repairs the files.
 */
export async function settleTables(engine: Engine, options: RouterOptions): Promise<readonly RouteTable[]> {
	const containerId = await findRouter(engine, options);
	const {exitCode, stderr} = await runScript(engine, containerId, fenceScript);
	if (exitCode !== 0) throw new UserError(`Cannot take the router's lock: ${stderr.trim()}`);
	return (await readStored(engine, containerId)).tables;
}

/**
 * Serves an environment's table. A change of slots needs no reload; any other change does. Also completes an interrupted
 * publish. Throws a UserError if another environment serves one of the hosts.
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

// Each lost race means that another process succeeded, so this limit is not reached in practice.
const attempts = 40;

/** Brings the files and the running router in line with the stored tables and one change to them. */
export async function bringInLine(
	engine: Engine,
	options: RouterOptions,
	change: TableChange,
	{signal, after, staged}: PublishOptions = {},
): Promise<Published> {
	let ahead = usable(staged, change);
	let containerId: string | undefined;
	let isSwitchTrusted = true;
	for (let attempt = 1; attempt <= attempts; attempt++) {
		containerId ??= ahead ? undefined : await findRouter(engine, options);
		const prepared = ahead ?? (await prepare(engine, containerId!, change, {signal, isSwitchTrusted}));
		ahead = undefined;
		if (!prepared) return {method: 'none'};
		const {tables, config, runtime, commit} = prepared;
		const running = await makeAfter(commit, after, signal);
		if (!running) {
			await pause(Math.random() * 100);
			continue;
		}
		if (planRuntime(tables, config, running).type === 'none') return {method: runtime.type};
		if (runtime.type === 'reload')
			throw new UserError('The router was reloaded but does not serve its new configuration.');
		isSwitchTrusted = false;
	}
	throw new UserError('Other processes keep changing the router.', {hint: 'Try again in a moment.'});
}

/** The staged publish if it still waits and is of exactly this change. */
function usable(staged: StagedPublish | undefined, change: TableChange): Prepared | undefined {
	if (staged?.commit.isWaiting() && JSON.stringify(staged.change) === JSON.stringify(change)) return staged;
	staged?.commit.abandon();
	return undefined;
}

/** Opens the commit of a change; undefined if nothing is to be done. */
async function prepare(
	engine: Engine,
	containerId: string,
	change: TableChange,
	{
		signal,
		isSwitchTrusted = true,
	}: {readonly signal?: AbortSignal | undefined; readonly isSwitchTrusted?: boolean} = {},
): Promise<Prepared | undefined> {
	const stored = await readStored(engine, containerId, signal);
	const tables = applyChange(stored.tables, change);
	const config = renderConfig(tables, stored.generation + 1);
	const wanted = planRuntime(tables, config, stored.running);
	if (wanted.type === 'none' && isWritten(stored, tables)) return undefined;
	signal?.throwIfAborted();
	const runtime = wanted.type === 'switch' && !isSwitchTrusted ? ({type: 'reload'} as const) : wanted;
	const commit = openCommit(engine, containerId, {expected: stored.generation, config, table: change, change: runtime});
	return {change, tables, config, runtime, commit};
}

async function makeAfter(commit: OpenCommit, after: Promise<unknown> | undefined, signal: AbortSignal | undefined) {
	try {
		await after;
		signal?.throwIfAborted();
	} catch (error) {
		commit.abandon();
		throw error;
	}
	return commit.make();
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
					hint: 'Two environments cannot share a host. Rename one, or change its domain.',
				},
			);
	}
	return [...others, change.content];
}

/** Whether the volume holds exactly these tables and their configuration. */
const isWritten = (stored: Stored, tables: readonly RouteTable[]): boolean =>
	stored.configHash === hashOf(renderConfig(tables, stored.generation)) &&
	JSON.stringify(byLineage(stored.tables)) === JSON.stringify(byLineage(tables));

const byLineage = (tables: readonly RouteTable[]): RouteTable[] =>
	[...tables].sort((a, b) => (a.lineage < b.lineage ? -1 : 1));
