import type {ApplyEvent} from '../apply/events.ts';
import {readEarly} from '../apply/lock-environment.ts';
import {prepareRun} from '../apply/run-apply.ts';
import {createLimit} from '../build/limit.ts';
import type {Cancel} from '../console/cancel.ts';
import {announce, auditApply} from '../console/report-applied.ts';
import {CancelledError, UserError} from '../errors.ts';
import {emptyProgress, type Progress, reduceProgress} from '../output/events/progress.ts';
import {planInOneLine} from '../output/plan/plan-line.ts';
import type {Terminal} from '../output/terminal.ts';
import {hasChanges, type Plan} from '../plan/plan.ts';
import {actionsToLookAt} from '../plan/unattended.ts';
import {plainRequest} from '../refresh/plan-request.ts';
import {refresh} from '../refresh/refresh.ts';
import {renderHint} from '../render-hint.ts';
import type {EmitDev} from '../ui/dev/events.ts';
import {type HeldEnvironment, holdEnvironment} from '../workspace/hold-environment.ts';
import type {Workspace} from '../workspace/workspace.ts';
import {causeOfApply, causeOfError} from './causes.ts';

/** Maximum number of concurrent builds: each one already uses all cores. */
const parallelBuilds = 3;

type Options = {
	/** Reads compartment.yml, and watches everything that the plan is about to read. */
	readonly prepare: () => Promise<Workspace>;
	readonly emit: EmitDev;
	readonly cancel: Cancel;
	readonly terminal: Terminal;
	/** Shows a plan that nobody has seen yet, and asks. It throws a CancelledError after a no. */
	readonly ask: (plan: Plan, workspace: Workspace) => Promise<Plan | undefined>;
	/** Whether to ask about this plan, whatever it does; without it a plan that has to be looked at waits. */
	readonly mustAsk: boolean;
	/** Whether a plan that has to be looked at is asked about instead of waiting. */
	readonly asksAtOnce: boolean;
	/** Whether a plan that is not there is thrown, because nothing can be watched yet. */
	readonly isFirst: boolean;
	readonly parallelism: number | undefined;
};

/** The blocked actions of a plan, as an error with what unblocks them. */
function assertNotBlocked(plan: Plan): void {
	const blocked = plan.actions.filter(({kind}) => kind === 'blocked');
	if (blocked.length === 0) return;
	const hints = new Set(blocked.flatMap(({unblock}) => (unblock === undefined ? [] : [renderHint(unblock, plan)])));
	throw new UserError(blocked.map(({address, reasons}) => `${address} is blocked: ${reasons[0] ?? ''}`).join('\n'), {
		hint: [...hints].join('\n'),
	});
}

/** How a cycle ended. `waiting`: its plan waits until somebody looks at it. */
export type CycleEnd = 'unchanged' | 'done' | 'failed' | 'cancelled' | 'declined' | 'waiting';

/** The plan that may run now, if any. */
async function approvedOf(plan: Plan, workspace: Workspace, options: Options): Promise<Plan | CycleEnd> {
	const {emit, ask, mustAsk, asksAtOnce} = options;
	if (!hasChanges(plan)) {
		emit({type: 'unchanged', at: Date.now()});
		return 'unchanged';
	}
	emit({type: 'planned', at: Date.now(), line: planInOneLine(plan), plan});
	if (!mustAsk) assertNotBlocked(plan);
	const wanted = actionsToLookAt(plan);
	if (mustAsk || (asksAtOnce && wanted.length > 0)) {
		const approved = await ask(plan, workspace);
		emit({type: 'approved', at: Date.now()});
		return approved ?? 'unchanged';
	}
	if (wanted.length === 0) return plan;
	emit({type: 'waiting', at: Date.now(), addresses: wanted.map(({address}) => address)});
	return 'waiting';
}

async function applyHeld(held: HeldEnvironment, options: Options, onProgress: (progress: Progress) => void) {
	const {emit, cancel, parallelism} = options;
	const {workspace} = held;
	const world = await held.read();
	const {plan, builds, scene, engineId} = await refresh(world, plainRequest);
	if (cancel.stopping.aborted) return 'unchanged';
	const approved = await approvedOf(plan, workspace, options);
	if (typeof approved === 'string') return approved;
	const session = await held.open();
	const {project, router, settings, directory} = workspace;
	const apply = await prepareRun({plan: approved, project, router, settings, directory, session});
	let progress = emptyProgress;
	const result = await apply({
		builds,
		found: {observed: scene.observed, engineId},
		limitBuilds: createLimit(parallelBuilds),
		earlyBuilds: undefined,
		label: undefined,
		parallelism,
		emit(event: ApplyEvent) {
			progress = reduceProgress(progress, event);
			emit({type: 'apply', event});
		},
		stopping: cancel.stopping,
		signal: cancel.signal,
	});
	onProgress(progress);
	for (const message of auditApply('apply', workspace, session, result))
		emit({type: 'notice', at: Date.now(), message});
	if (result.outcome === 'failed') emit({type: 'failed', at: Date.now(), cause: causeOfApply(progress)});
	else emit({type: 'ended', at: Date.now(), outcome: result.outcome});
	return result.outcome;
}

/** Plans, and applies what nobody has to look at. A failure is reported, and leaves what served before serving. */
export async function runCycle(options: Options): Promise<CycleEnd> {
	const {prepare, emit, cancel, terminal, isFirst} = options;
	const inform = (message: string) => emit({type: 'notice', at: Date.now(), message});
	try {
		emit({type: 'planning', at: Date.now()});
		const workspace = await prepare();
		const held = await holdEnvironment(workspace, {
			operation: 'dev',
			early: readEarly(workspace),
			lineage: undefined,
			terminal: {...terminal, inform, print: inform},
			say: inform,
			signal: cancel.stopping,
		});
		let finished: Progress | undefined;
		try {
			return await applyHeld(held, options, progress => {
				finished = progress;
			});
		} finally {
			await held.release();
			// Without the lock, which others may wait for.
			if (finished) for (const warning of await announce(workspace, finished)) inform(warning);
		}
	} catch (error) {
		if (error instanceof CancelledError && !isFirst) {
			emit({type: 'ended', at: Date.now(), outcome: 'declined'});
			return 'declined';
		}
		if (isFirst) throw error;
		emit({type: 'failed', at: Date.now(), cause: causeOfError(error)});
		return 'failed';
	}
}
