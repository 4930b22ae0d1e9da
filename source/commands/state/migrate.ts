import {takeLock} from '../../apply/take-lock.ts';
import type {EngineLock} from '../../engine-state/lock-on-engine.ts';
import {isOutcomeUnknown, UserError} from '../../errors.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal} from '../../output/terminal.ts';
import {appendAudit} from '../../state/audit.ts';
import {acquireLock, type Lock} from '../../state/lock.ts';
import {readPlace, type StateSite, writePlace} from '../../state/place.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {openWorkspace, readExistingState, type Workspace} from '../../workspace/workspace.ts';

type MigrateFlags = CommonFlags & {readonly to?: StateSite};

const isEngineLock = (lock: Lock): lock is EngineLock => 'store' in lock;

const operation = 'state migrate';

async function moveThere(workspace: Workspace, inform: (message: string) => void): Promise<void> {
	const {directory, engine, router, lockWaitMs: waitMs} = workspace;
	const [{beginMoveThere}, {lockOnEngine}] = await Promise.all([
		import('../../engine-state/move.ts'),
		import('../../engine-state/lock-on-engine.ts'),
	]);
	const local = await acquireLock(directory, {operation, waitMs});
	try {
		const record = await beginMoveThere(directory);
		const options = {operation, waitMs, say: inform, local};
		const lock = await lockOnEngine(directory, {engine, router}, record, options);
		await lock.release();
	} catch (error) {
		const record = readPlace(directory);
		// Where the engine said no, nothing is left to finish.
		if (record?.moving && error instanceof UserError && !isOutcomeUnknown(error)) {
			const {project} = record;
			writePlace(directory, {project, environment: record.environment, state: 'local'});
		}
		throw error;
	} finally {
		await local.release();
	}
}

async function moveHere(workspace: Workspace, inform: (message: string) => void): Promise<void> {
	const {directory, engine, router, lockWaitMs: waitMs} = workspace;
	const move = await import('../../engine-state/move.ts');
	const lock = await takeLock(directory, {engine, router, operation, waitMs, say: inform});
	try {
		const record = readPlace(directory);
		// A move that was begun may just have been ended.
		if (record?.state === 'engine' && isEngineLock(lock)) await move.moveHere(directory, record, lock.store);
	} finally {
		await lock.release();
	}
}

/**
 * `compartment state migrate --to engine|local`: moves the state of an environment to its engine, where others can work with
 * it, or back into this folder.
 */
export async function stateMigrate({to = 'engine', ...flags}: MigrateFlags): Promise<void> {
	const {print, inform} = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const {directory, environment} = workspace;
	const {serial} = await readExistingState(workspace);
	const record = readPlace(directory);
	const isThere = (record?.state ?? 'local') === to && !record?.moving;
	if (!isThere) {
		await (to === 'engine' ? moveThere : moveHere)(workspace, inform);
		appendAudit(directory, {type: 'state.moved', status: 'succeeded', target: environment, details: {to, serial}});
	}
	if (isJson(flags))
		process.stdout.write(jsonDocument({environment: {name: environment}, state: to, hasMoved: !isThere}));
	else {
		const where = to === 'engine' ? 'on the engine' : `in ${directory}`;
		print(`The state of ${sanitiseLine(environment)} is ${isThere ? 'already' : 'now'} ${sanitiseLine(where)}.`);
	}
}
