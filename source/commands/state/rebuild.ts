import {takeLock} from '../../apply/take-lock.ts';
import {confirm} from '../../console/confirm.ts';
import {describeRebuilt, finalLines, rebuiltLines} from '../../console/rebuild-report.ts';
import {UserError} from '../../errors.ts';
import {again, command, hint} from '../../hint.ts';
import {canonicalJson} from '../../model/canonical.ts';
import {labels} from '../../model/labels.ts';
import {jsonDocument} from '../../output/json.ts';
import {createTerminal, warn} from '../../output/terminal.ts';
import {newestSerialOf} from '../../plan/older.ts';
import {chooseLineage, type Lineage, lineagesOf} from '../../rebuild/lineages.ts';
import {rebuildState} from '../../rebuild/rebuild-state.ts';
import {type Remains, readRemains} from '../../rebuild/remains.ts';
import {sealState} from '../../rebuild/seal-state.ts';
import {publishAccess, writeRebuilt} from '../../rebuild/write-state.ts';
import {findFolder} from '../../refresh/lost-state.ts';
import {shellWord} from '../../shell-word.ts';
import {appendAudit} from '../../state/audit.ts';
import {newestBackup} from '../../state/history.ts';
import {statsOf} from '../../state/private-file.ts';
import type {State} from '../../state/state.ts';
import {statePath} from '../../state/state-file.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {prepareFolder} from '../../workspace/state-place.ts';
import {openWorkspace, readOrNewState, type Workspace} from '../../workspace/workspace.ts';

type RebuildFlags = CommonFlags & {readonly autoApprove?: boolean; readonly lineage?: string};

/** The state of the folder; undefined without one, or for a damaged one of which there is no copy. */
async function readPresent(workspace: Workspace): Promise<State | undefined> {
	try {
		const {state, isNew} = await readOrNewState(workspace);
		return isNew ? undefined : state;
	} catch (error) {
		const {directory} = workspace;
		const isDamaged = error instanceof UserError && error.name === 'UserError' && statsOf(statePath(directory));
		if (isDamaged && !newestBackup(directory)) return undefined;
		throw error;
	}
}

const hasObjects = ({networks, volumes, resources, deployments, images}: State): boolean =>
	networks !== null || [volumes, resources, deployments, images].some(each => Object.keys(each).length > 0);

/** Refuses to replace a state that owns something. One that only has variables may be replaced. */
function assertReplaceable({directory}: Workspace, present: State | undefined, {lineage, objects}: Lineage): void {
	if (present?.lineage === lineage)
		throw new UserError(`${directory} has the state of what runs (serial ${present.serial}). It is not lost.`, {
			hint: hint`Compare it with what runs: ${command('plan')}`,
		});
	if (present && hasObjects(present))
		throw new UserError(`${directory} has a state that records other objects (lineage ${present.lineage}).`, {
			hint: hint`Look at what it records: ${command('state list')}. If it is that of a copied folder, drop it first: ${command('state forget')}`,
		});
	const folder = findFolder(objects);
	if (folder)
		throw new UserError('The state of what runs is not lost: it is in another folder.', {
			hint: `Work there: cd ${shellWord(folder)}`,
		});
}

async function findLineage(workspace: Workspace, wanted: string | undefined): Promise<Lineage> {
	const {engine, project, environment} = workspace;
	const name = {project: project.name, environment};
	const observed = await engine.observe({[labels.project]: project.name, [labels.environment]: environment});
	return chooseLineage(lineagesOf(observed, name), name, wanted);
}

/** What must not change between the question and the write. */
const lookOf = ({observed: {containers, networks, volumes}, table}: Remains): string =>
	canonicalJson({
		containers: containers.map(({id, name, state}) => [id, name, state]).sort(),
		networks: networks.map(({id}) => id).sort(),
		volumes: volumes.map(({name}) => name).sort(),
		table,
	});

async function lookAt(workspace: Workspace, wanted: string | undefined) {
	const {project, environment} = workspace;
	const present = await readPresent(workspace);
	const found = await findLineage(workspace, wanted);
	assertReplaceable(workspace, present, found);
	const owner = {lineage: found.lineage, project: project.name, environment};
	return {present, remains: await readRemains(workspace, owner, found.objects)};
}

/**
 * `compartment state rebuild`: makes a lost state again from what the engine has: labels, the configuration of containers, and
 * the router's table. Shows what it will record, and asks. Changes no container.
 */
export async function stateRebuild({lineage, ...flags}: RebuildFlags): Promise<void> {
	const terminal = createTerminal(flags);
	const {print, isInteractive, inform} = terminal;
	const workspace = await openWorkspace(flags);
	const {directory, environment, engine, router, lockWaitMs} = workspace;
	const before = await lookAt(workspace, lineage);
	const preview = await rebuildState(workspace, before.remains);
	if (!isJson(flags)) print(rebuiltLines(preview, before.present, terminal).join('\n'));
	if (!flags.autoApprove) {
		if (!isInteractive)
			throw new UserError('Cannot ask for approval without a terminal.', {hint: again('--auto-approve')});
		await confirm(`Rebuild the state of ${environment} from this?`);
	}
	warn(terminal, await prepareFolder(workspace));
	const lock = await takeLock(directory, {
		engine,
		router,
		operation: 'state rebuild',
		waitMs: lockWaitMs,
		say: inform,
	});
	try {
		const now = await lookAt(workspace, lineage);
		if (lookOf(now.remains) !== lookOf(before.remains))
			throw new UserError('What runs has changed in the meantime. Nothing was written.', {
				hint: 'Another command changed it. Run this command again.',
			});
		const rebuilt = await rebuildState(workspace, now.remains);
		const sealed = await sealState(rebuilt);
		const written = await writeRebuilt(directory, sealed, newestSerialOf(now.remains.observed));
		const {serial} = rebuilt.access === 'new' ? await publishAccess(directory, workspace, written) : written;
		appendAudit(directory, {
			type: 'state.rebuilt',
			status: 'succeeded',
			target: environment,
			details: {lineage: written.lineage, serial, readValues: rebuilt.variables.length},
		});
		if (isJson(flags)) process.stdout.write(jsonDocument({...describeRebuilt(rebuilt), serial}));
		else print(finalLines(rebuilt, serial).join('\n'));
	} finally {
		await lock.release();
	}
}
