import {createBackup} from '../../backup/create.ts';
import {findBackup} from '../../backup/records.ts';
import {type DueOutcome, isGoodOutcome, runDueBackups} from '../../backup/run-due.ts';
import {findStore} from '../../backup/store/open-store.ts';
import {verifyBackup} from '../../backup/verify.ts';
import type {Work} from '../../backup/work.ts';
import {type Dialogue, onTerminal} from '../../console/dialogue.ts';
import {type ResourceFlags, readSettledState, watchOnTerminal, watchWork, workOn} from '../../console/watch-work.ts';
import {exitCodes} from '../../errors.ts';
import {backedUpTitle, isVolumeOfService} from '../../model/backed-up.ts';
import {formatBytes} from '../../output/bytes.ts';
import {formatDuration} from '../../output/duration.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine, sanitiseText} from '../../output/sanitise.ts';
import {createTerminal, warn} from '../../output/terminal.ts';
import {summariseBackup} from '../../report/backups.ts';
import {placeOf} from '../../report/resources.ts';
import type {Backup, BackupCopy} from '../../state/backup.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {openWorkspace} from '../../workspace/workspace.ts';

/** Flags of commands on one backup. */
export type BackupFlags = CommonFlags & {readonly backup: string};

type StoreFlags = {readonly store?: string};

/** `compartment resource backup create`: creates a backup, stores it, and waits until that is done. */
export const resourceBackupCreate = (flags: ResourceFlags & StoreFlags): Promise<void> =>
	backUp(flags, onTerminal(flags));

/** Creates a backup, stores it, and prints which. */
export async function backUp(flags: ResourceFlags & StoreFlags, {terminal, watch}: Dialogue): Promise<void> {
	const {print} = terminal;
	const {store} = flags;
	const create = async (work: Work) => {
		if (store !== undefined) findStore(work.context.settings, store);
		const {id} = await createBackup(work, flags.resource, 'manual');
		if (store !== undefined) {
			const {storeBackup} = await import('../../backup/store/store-backup.ts');
			await storeBackup(work, id, store);
		}
		const current = work.context.state.current();
		return {backup: findBackup(current, id), state: current};
	};
	const {state, backup} = await workOn(flags, 'resource backup create', create, watch);
	const where = store === undefined ? '' : ` It is in store ${store} too.`;
	if (isJson(flags)) process.stdout.write(jsonDocument({...placeOf(state), backup: summariseBackup(backup)}));
	else print(`Backup ${backup.id} ${backup.status} for ${backedUpTitle(backup.resource)}.${where}`);
}

function describeCopy({store, status, at, size, failureSummary, retentionReason}: BackupCopy): string {
	const details = [size === null ? undefined : formatBytes(size), failureSummary ?? retentionReason].flatMap(
		text => text ?? [],
	);
	return `${store}: ${status} at ${at}${details.length > 0 ? ` (${details.join(', ')})` : ''}`;
}

function describeBackup(backup: Backup): string {
	const {manifest, verification, size} = backup;
	const rows: [string, string | null | undefined][] = [
		['Backup', backup.id],
		[isVolumeOfService(backup.resource) ? 'Volume' : 'Resource', backup.resource],
		['Status', backup.status],
		['Purpose', backup.purpose],
		['Created', `${backup.createdAt}${manifest?.createdBy ? ` by ${manifest.createdBy}` : ''}`],
		['Completed', backup.completedAt],
		['Size', size === null ? null : `${formatBytes(size)} (${size} bytes)`],
		['Checksum', backup.checksum],
		['Location', backup.artifactLocation],
		['Image', manifest?.resourceImage],
		['Operation image', manifest?.operationImage],
		['Volumes', manifest?.volumes.join(', ')],
		...(backup.copies ?? []).map((copy): [string, string] => ['Store', describeCopy(copy)]),
		['Failure', backup.failureSummary],
		['Cleaned', backup.retentionDeletedAt && `${backup.retentionDeletedAt} (${backup.retentionReason})`],
		[
			'Verified',
			verification &&
				`${verification.status} at ${verification.at}${verification.store === undefined ? '' : ` from store ${verification.store}`}`,
		],
		['Verification', verification?.failureSummary],
	];
	return rows.flatMap(([title, value]) => (value ? `${`${title}:`.padEnd(17)}${sanitiseText(value)}` : [])).join('\n');
}

/** `compartment resource backup show`: shows a backup and its manifest. */
export async function resourceBackupShow(flags: BackupFlags): Promise<void> {
	const {print} = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const state = await readSettledState(workspace, flags);
	const backup = findBackup(state, flags.backup);
	const document = {...placeOf(state), backup: {...summariseBackup(backup), manifest: backup.manifest}};
	if (isJson(flags)) process.stdout.write(jsonDocument(document));
	else print(describeBackup(backup));
}

/** `compartment resource backup verify`: restores a backup into a temporary resource, and exits with 1 if that fails. */
export const resourceBackupVerify = (flags: BackupFlags & StoreFlags): Promise<number> =>
	verify(flags, onTerminal(flags));

/** Restores a backup into a temporary resource, and prints whether it is good. Returns the exit code. */
export async function verify(flags: BackupFlags & StoreFlags, {terminal, watch}: Dialogue): Promise<number> {
	const {print} = terminal;
	const verifyIn = async (work: Work) => ({
		backup: await verifyBackup(work, flags.backup, flags.store),
		state: work.context.state.current(),
	});
	const {state, backup} = await workOn(flags, 'resource backup verify', verifyIn, watch);
	const {id, resource, verification} = backup;
	if (isJson(flags)) process.stdout.write(jsonDocument({...placeOf(state), backup: summariseBackup(backup)}));
	else if (verification.status === 'succeeded')
		print(
			`Backup ${id} of ${backedUpTitle(resource)} was restored and is good (${formatDuration(verification.durationMs)}).`,
		);
	else
		print(
			`Backup ${id} of ${backedUpTitle(resource)} cannot be restored: ${sanitiseText(verification.failureSummary ?? '')}`,
		);
	return verification.status === 'failed' ? exitCodes.error : exitCodes.done;
}

const describeStored = (id: string, {store, status, failureSummary}: BackupCopy): string =>
	status === 'stored'
		? `Backup ${id} stored in ${store}.`
		: `Backup ${id} not stored in ${store}: ${sanitiseText(failureSummary ?? '')}`;

function describeOutcome(outcome: DueOutcome): string {
	if (outcome.status !== 'succeeded')
		return `${isVolumeOfService(outcome.resource) ? 'Volume' : 'Resource'} ${outcome.resource} ${outcome.status}: ${sanitiseText(outcome.reason)}`;
	const {backup, resource, cleaned, verification, isCopyOnly, copy} = outcome;
	const verified = verification ? `, verification ${verification.status}` : '';
	const stored = copy ? [describeStored(backup.id, copy)] : [];
	return [
		...(isCopyOnly ? [] : [`Backup ${backup.id} ${backup.status} for ${backedUpTitle(resource)}${verified}.`]),
		...stored,
		...cleaned.map(
			({id, reason, store}) =>
				`Backup ${id} cleaned${store === undefined ? '' : ` from store ${store}`} (${sanitiseLine(reason)}).`,
		),
	].join('\n');
}

/** `compartment resource backup run-due`: creates the scheduled backups that are due. To be run from cron. */
export async function resourceBackupRunDue(flags: CommonFlags): Promise<number> {
	const terminal = createTerminal(flags);
	const {print} = terminal;
	const workspace = await openWorkspace(flags);
	const outcomes = await watchWork(workspace, watchOnTerminal(isJson(flags)), options =>
		// Cron may start this during an apply: waiting a minute is better than missing a backup.
		runDueBackups({...options, user: null, waitMs: flags.lockTimeout ?? 60_000}),
	);
	const due = outcomes.map(outcome =>
		outcome.status === 'succeeded' ? {...outcome, backup: summariseBackup(outcome.backup)} : outcome,
	);
	const {project, environment, settings} = workspace;
	if (isJson(flags)) {
		process.stdout.write(jsonDocument({environment: {name: environment}, project: {name: project.name}, due}));
	} else print(outcomes.length > 0 ? outcomes.map(describeOutcome).join('\n') : 'No backup is due.');
	if (settings.notify.length > 0) {
		const {announceBackups} = await import('../../notify/announce-backups.ts');
		warn(terminal, await announceBackups(outcomes, {project: project.name, environment}, settings.notify));
	}
	return outcomes.every(isGoodOutcome) ? exitCodes.done : exitCodes.error;
}
