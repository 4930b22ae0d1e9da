import type {ApplyResult} from '../apply/events.ts';
import type {Session} from '../apply/session.ts';
import type {Progress} from '../output/events/progress.ts';
import type {Refreshed} from '../refresh/refresh.ts';
import {appendAudit} from '../state/audit.ts';
import type {Workspace} from '../workspace/workspace.ts';
import type {Dialogue} from './dialogue.ts';

const auditTypes = {
	apply: 'deployment.created',
	deploy: 'deployment.created',
	adopt: 'environment.adopted',
	destroy: 'environment.destroyed',
	promote: 'deployment.promoted',
	rollback: 'deployment.rolled_back',
	stop: 'environment.stopped',
	start: 'environment.started',
	restart: 'environment.restarted',
	rotate: 'resource.password_rotated',
	renew: 'certificate.renewed',
} as const;

/** Commands that plan, ask for approval and apply. */
export type Verb = keyof typeof auditTypes;

/** Records in the audit what a command has applied. Returns warnings. */
export function auditApply(
	verb: Verb,
	{directory, environment}: Workspace,
	{run}: Pick<Session, 'run'>,
	{outcome, done, failed, heldBack, skipped}: ApplyResult,
): readonly string[] {
	const warning = appendAudit(directory, {
		type: auditTypes[verb],
		status: outcome === 'done' ? 'succeeded' : 'failed',
		target: environment,
		details: {run, done, failed, heldBack, skipped},
	});
	return warning ? [warning] : [];
}

/** Sends the notifications of an apply that has ended. Returns warnings. */
export async function announce(
	{project, environment, settings}: Workspace,
	progress: Progress,
): Promise<readonly string[]> {
	if (settings.notify.length === 0) return [];
	const {announceApply} = await import('../notify/announce-apply.ts');
	return announceApply({project: project.name, environment, progress}, settings.notify);
}

/** What the offer of the agent depends on, read while the environment is still locked. */
export function prepareOffer(
	{project}: Workspace,
	session: Session,
	{engineId, unkeptSchedules}: Refreshed,
	{dialogue, canAsk}: {readonly dialogue: Dialogue; readonly canAsk: boolean},
): () => Promise<void> {
	const hasUnkeptSchedule = unkeptSchedules.length > 0;
	const applied = {project, state: session.state.current(), engineId, hasUnkeptSchedule, dialogue, canAsk};
	return async () => (await import('./offer-agent.ts')).offerAgent(applied);
}
