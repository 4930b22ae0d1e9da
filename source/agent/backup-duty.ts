import {backupOutlooks, type DueOutcome, isGoodOutcome, runDueBackups} from '../backup/run-due.ts';
import type {WorkPlace} from '../backup/work.ts';
import {counted} from '../counted.ts';
import {backedUpAddress} from '../model/backed-up.ts';
import {agentOperation} from '../state/lock.ts';
import type {Duty, EnvironmentWorld, Upcoming} from './duty.ts';
import {recordedProject} from './recorded-project.ts';
import {readUnderLock} from './under-lock.ts';

const name = 'backups';

/** How long to wait for a command that holds the environment's lock. */
const lockWaitMs = 5000;

const firstPauseMs = 10_000;
const longestPauseMs = 10 * 60_000;

function messageOf(outcome: DueOutcome): string {
	const {resource} = outcome;
	if (outcome.status !== 'succeeded') return `backup of ${resource} ${outcome.status}: ${outcome.reason}`;
	const {backup, verification, cleaned, isCopyOnly, copy} = outcome;
	const subject = `backup ${backup.id} of ${resource}`;
	if (copy?.status === 'failed') return `${subject} is on this machine only: ${copy.failureSummary}`;
	const stored = copy ? [`stored in ${copy.store}`] : [];
	return [
		...(isCopyOnly ? [`${subject} ${stored.join()}`] : [`${subject} succeeded`, ...stored]),
		...(verification ? [`verification ${verification.status}`] : []),
		...(cleaned.length > 0 ? [`retention deleted ${counted(cleaned.length, 'backup')}`] : []),
	].join(', ');
}

/** The duty that makes the scheduled backups of an environment, as `resource backup run-due` does. */
export function createBackupDuty(world: EnvironmentWorld): Duty {
	const {engine, router, settings, directory, clock, act} = world;
	const project = recordedProject(world);
	/** Resource → its last outcome that made no backup, and when to try again, by the steady clock. */
	const pending = new Map<string, {readonly message: string; readonly pauseMs: number; readonly until: number}>();
	/** Resource → the last failure of a copy. It is tried again and again, and said once. */
	const failedCopies = new Map<string, string>();
	const pauseOf = (resource: string) => Math.max(0, (pending.get(resource)?.until ?? 0) - clock.steady());

	const placeOf = (signal: AbortSignal): WorkPlace => ({
		project,
		engine,
		router,
		settings,
		directory,
		signal,
		emit: () => undefined,
		notify: () => undefined,
		say: message => act({duty: name, address: null, outcome: 'done', message}),
		user: null,
		waitMs: lockWaitMs,
		operation: agentOperation,
		now: clock.now,
		readState: () => readUnderLock(world),
	});

	function onOutcome(outcome: DueOutcome, isStillDue: boolean): void {
		const {resource} = outcome;
		const before = pending.get(resource);
		const message = messageOf(outcome);
		const isLocked = outcome.status === 'failed' && outcome.isLocked;
		const pauseMs = before && !isLocked ? Math.min(longestPauseMs, 2 * before.pauseMs) : firstPauseMs;
		if (isStillDue) pending.set(resource, {message, pauseMs, until: clock.steady() + pauseMs});
		else pending.delete(resource);
		// It is due as soon as the lock is free.
		if (isLocked) return;
		// Said once: a resource that is stopped is looked at again and again.
		if (before?.message === message && isStillDue) return;
		if (outcome.status === 'succeeded') {
			const known = failedCopies.get(resource);
			if (outcome.copy?.status === 'failed') failedCopies.set(resource, message);
			else failedCopies.delete(resource);
			if (known === message) return;
		}
		const [text = '', ...lines] = message.split('\n');
		const action = {duty: name, address: backedUpAddress(resource), message: text} as const;
		if (isGoodOutcome(outcome)) act({...action, outcome: 'done'});
		else act({...action, outcome: 'failed', news: {event: 'backup-failed', lines}});
	}

	return {
		name,
		concerns: ({type}) => type !== 'event',
		async run(_changes, signal) {
			const before = await world.readState();
			if (!before) return [];
			const isReady = (resource: string) => pauseOf(resource) === 0;
			const isDue = backupOutlooks(project, before, clock.now()).some(
				({resource, due}) => due !== undefined && isReady(resource),
			);
			const outcomes = isDue && !signal.aborted ? await runDueBackups(placeOf(signal), isReady) : [];
			const state = (await world.readState()) ?? before;
			const outlooks = backupOutlooks(project, state, clock.now());
			const due = new Set(outlooks.filter(each => each.due !== undefined).map(({resource}) => resource));
			for (const outcome of outcomes) onOutcome(outcome, due.has(outcome.resource));
			return outlooks.flatMap(({resource, next}): readonly Upcoming[] => {
				const what = `backup of ${resource}`;
				if (due.has(resource)) return [{at: clock.now() + pauseOf(resource), what}];
				return next === undefined ? [] : [{at: next, what}];
			});
		},
	};
}
