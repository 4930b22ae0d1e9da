import {takeLock} from '../../apply/take-lock.ts';
import {confirm} from '../../console/confirm.ts';
import type {Engine} from '../../engine/engine.ts';
import {observeOwn} from '../../engine/own-engine.ts';
import {readFullHistory} from '../../engine-state/history.ts';
import {UserError} from '../../errors.ts';
import {again, command, hint} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {renderTable} from '../../output/table.ts';
import {createTerminal} from '../../output/terminal.ts';
import {newestSerialOf} from '../../plan/older.ts';
import {appendAudit} from '../../state/audit.ts';
import {authorityOf, historyName} from '../../state/authority.ts';
import type {HistoryEntry} from '../../state/history.ts';
import {breakLock} from '../../state/lock.ts';
import {readPrivateFile} from '../../state/private-file.ts';
import {readCurrent, restoreState} from '../../state/restore.ts';
import type {State} from '../../state/state.ts';
import {statePath} from '../../state/state-file.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';
import {findCopy} from '../../workspace/state-place.ts';
import {assertEnvironment, openWorkspace} from '../../workspace/workspace.ts';

const describeEntry = ({serial, state, problem}: HistoryEntry) => ({
	serial,
	updatedAt: state?.updatedAt ?? null,
	services: Object.keys(state?.active ?? {}).length,
	problem: problem ?? null,
});

/** `compartment state history`: lists previous states, newest first. */
export async function stateHistory(flags: CommonFlags): Promise<void> {
	const {print, paint} = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const {environment} = workspace;
	await findCopy(workspace);
	const entries = (await readFullHistory(workspace)).map(describeEntry);
	if (isJson(flags)) {
		process.stdout.write(jsonDocument({environment: {name: environment}, entries}));
		return;
	}
	if (entries.length === 0) return print(`Environment ${sanitiseLine(environment)} has no previous state.`);
	type Row = (typeof entries)[number];
	const columns = [
		{title: 'SERIAL', value: ({serial}: Row) => String(serial), align: 'right' as const},
		{title: 'WRITTEN', value: ({updatedAt}: Row) => updatedAt ?? '-'},
		{title: 'SERVICES', value: ({services}: Row) => String(services), align: 'right' as const},
		{title: 'NOTE', value: ({problem}: Row) => sanitiseLine(problem ?? '')},
	];
	print(renderTable(columns, entries, {titleStyle: paint.dim}));
}

type RestoreFlags = CommonFlags & {readonly autoApprove?: boolean};

// Restoring raises the serial above that of what runs. Without an engine, the next command compares.
const observedSerial = (engine: Engine, state: State): Promise<number> =>
	observeOwn(engine, state).then(newestSerialOf, () => 0);

/**
 * `compartment state restore SERIAL`: makes a previous state the current one; the replaced one stays in the history.
 * Changes nothing on the engine: the next plan shows the difference.
 */
export async function stateRestore(serial: number, flags: RestoreFlags): Promise<void> {
	const {print, isInteractive} = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const {directory, environment, engine, router} = workspace;
	await findCopy(workspace);
	const history = await readFullHistory(workspace);
	const entry = history.find(candidate => candidate.serial === serial) ?? readCurrent(directory, serial);
	if (!entry)
		throw new UserError(`There is no previous state with serial ${serial}.`, {hint: command('state history')});
	if (!entry.state) throw new UserError(`${entry.path} ${entry.problem}`, {hint: command('state history')});
	if (!flags.autoApprove) {
		if (!isInteractive)
			throw new UserError('Cannot ask for approval without a terminal.', {
				hint: again('--auto-approve'),
			});
		await confirm(`Restore the state of ${entry.state.updatedAt} (serial ${serial}) of ${sanitiseLine(environment)}?`);
	}
	const lock = await takeLock(directory, {engine, router, operation: 'state restore', waitMs: flags.lockTimeout});
	try {
		const restored = await restoreState(directory, entry.state, await observedSerial(engine, entry.state));
		await authorityOf(directory)?.put(readPrivateFile(statePath(directory))!, historyName(restored));
		appendAudit(directory, {type: 'state.restored', status: 'succeeded', target: environment, details: {serial}});
		if (isJson(flags)) {
			const document = {environment: {name: environment}, restoredSerial: serial, serial: restored.serial};
			process.stdout.write(jsonDocument(document));
		} else
			print(
				hintText(
					hint`Restored serial ${String(serial)} as serial ${String(restored.serial)}. Show the difference: ${command('plan')}`,
				),
			);
	} finally {
		await lock.release();
	}
}

/** `compartment state unlock [ID]`: removes the lock of another machine. A running process of this machine keeps its lock. */
export async function stateUnlock(id: string | undefined, flags: CommonFlags): Promise<void> {
	const {print} = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const {directory, environment} = workspace;
	await assertEnvironment(workspace);
	const record = await breakLock(directory, id);
	if (isJson(flags)) {
		process.stdout.write(jsonDocument({environment: {name: environment}, removedLock: record ?? null}));
		return;
	}
	print(
		record
			? `Unlocked ${sanitiseLine(environment)}: ${sanitiseLine(record.operation)} of ${sanitiseLine(record.user)} on ${sanitiseLine(record.host)} held it since ${record.since}.`
			: `${sanitiseLine(environment)} was not locked.`,
	);
}
