import {existsSync, readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import type {EarlyBuilds} from '../../apply/early-builds.ts';
import {lockEnvironment, readEarly} from '../../apply/lock-environment.ts';
import type {Session} from '../../apply/session.ts';
import {createLimit} from '../../build/limit.ts';
import {approve, showPlan} from '../../console/approve.ts';
import type {ShownAs} from '../../console/show-apply.ts';
import {UserError} from '../../errors.ts';
import {failpoint} from '../../failpoints.ts';
import {again, command} from '../../hint.ts';
import {eventLine} from '../../output/events/events-json.ts';
import type {Progress} from '../../output/events/progress.ts';
import {createTerminal, warn} from '../../output/terminal.ts';
import {busyActions} from '../../plan/plan.ts';
import {recordedParts} from '../../plan/recorded-parts.ts';
import {assertNotStale, parsePlan, type SavedPlan} from '../../plan/saved-plan.ts';
import {beginReading} from '../../refresh/begin-reading.ts';
import type {PlanRequest} from '../../refresh/plan-request.ts';
import {appendAudit} from '../../state/audit.ts';
import {ensureDirectory} from '../../state/directory.ts';
import {fileError} from '../../state/private-file.ts';
import {newState} from '../../state/store.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {requestOf} from '../../workspace/request.ts';
import {assertEnvironment, openWorkspace, readOrNewState, unknownEnvironment} from '../../workspace/workspace.ts';
import type {ApplyOutcome} from '../exit-code.ts';

export type ApplyFlags = CommonFlags & {
	readonly service?: readonly string[];
	readonly autoApprove?: boolean;
	readonly rebuild?: boolean;
	readonly replace?: readonly string[];
	readonly parallelism?: number;
	readonly label?: string;
	readonly plain?: boolean;
	readonly accessible?: boolean;
	readonly full?: boolean;
	readonly hold?: boolean;
	readonly release?: 'again' | 'done';
	readonly expires?: number | null;
	readonly expiresData?: boolean;
};

function readSavedPlan(file: string): SavedPlan {
	try {
		return parsePlan(readFileSync(file, 'utf8'), file);
	} catch (error) {
		throw fileError('read the saved plan', file, error, command('plan', '--out', file));
	}
}

const auditTypes = {
	apply: 'deployment.created',
	deploy: 'deployment.created',
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

/** Maximum number of concurrent builds: each one already uses all cores. */
const parallelBuilds = 3;

/** A label is printable text on one line. */
function checkLabel(label: string | undefined): string | undefined {
	const trimmed = label?.trim();
	if (trimmed === undefined || (trimmed.length >= 1 && trimmed.length <= 100 && !/[\p{C}\p{Zl}\p{Zp}]/u.test(trimmed)))
		return trimmed;
	throw new UserError('Label must use printable single-line text of 1 to 100 characters.');
}

/**
 * Runs `apply`, `deploy`, `destroy` and similar commands: plans, asks for approval, applies.
 * @param verb `deploy` does not ask outside a terminal, because it is the command for scripts
 */
export async function apply(
	verb: Verb,
	planFile: string | undefined,
	flags: ApplyFlags,
	request: PlanRequest = requestOf(flags),
): Promise<ApplyOutcome> {
	const terminal = createTerminal(flags);
	const shownAs: ShownAs = isJson(flags) ? 'json' : terminal.hasScreen ? 'screen' : 'lines';
	const saved = planFile === undefined ? undefined : readSavedPlan(resolve(planFile));
	const label = checkLabel(flags.label);
	const workspace = await openWorkspace(saved ? {...flags, env: saved.plan.environment} : flags);
	const {project, environment, directory, engine, router, settings, isAttended} = workspace;
	// Only a deploy may create an environment: `restart --env stagin` must not.
	const isBeginning = request.mode === 'apply';
	if (!isBeginning) await assertEnvironment(workspace);
	const early = readEarly(workspace);
	// Loading blocks, so the requests go out first.
	await nextTurn();
	const {refresh} = await import('../../refresh/refresh.ts');
	// Nothing is created for an engine that is not there.
	if (!existsSync(directory)) await early.reads.engine.info();
	warn(terminal, [...workspace.warnings, ...ensureDirectory(project.directory, environment).warnings]);
	const locked = await lockEnvironment({
		directory,
		operation: verb,
		waitMs: workspace.lockWaitMs,
		engine,
		router,
		early,
		async readState() {
			const found = await readOrNewState(workspace);
			// A first apply uses the lineage that the plan was signed for.
			if (!saved || !found.isNew) return found;
			return {state: newState({...found.state, lineage: saved.plan.lineage}), isNew: true};
		},
	});
	let earlyBuilds: EarlyBuilds | undefined;
	let session: Session | undefined;
	let finished: Progress | undefined;
	let offer: (() => Promise<void>) | undefined;
	const open = async (): Promise<Session> => {
		// An apply that has nothing to do loads no more than a plan.
		const {openSession} = await import('../../apply/session.ts');
		session ??= await openSession(locked, {
			directory,
			engine,
			router,
			settings,
			say(message) {
				if (shownAs === 'json')
					process.stdout.write(eventLine({type: 'notice', at: Date.now(), level: 'info', message}));
				else terminal.print(`${terminal.paint.warn('Recovery:')} ${message}`);
			},
		});
		return session;
	};
	try {
		// The plan is signed with the key of the environment, so the request is what `plan` wrote.
		const wanted = saved ? (saved.request as PlanRequest) : request;
		const state = locked.isSettled ? locked.state : (await open()).state.current();
		// What recovery changed is read again.
		const {
			engine: reads,
			readProbes,
			readCertificates,
		} = locked.isSettled ? locked.reads : beginReading(engine, router);
		const {plan, builds, scene, engineId} = await refresh(
			{project, settings, router, directory, state, engine: reads, readProbes, readCertificates, isAttended},
			wanted,
		);
		const found = {observed: scene.observed, engineId};
		// A first apply that was not approved leaves a folder without a state.
		if (locked.isNew && !isBeginning) throw await unknownEnvironment(workspace);
		// The new plan runs, so it must equal the saved one.
		if (saved) assertNotStale(saved, {plan, recorded: recordedParts(state)}, planFile!);
		const isApproved =
			flags.autoApprove === true || saved !== undefined || (verb === 'deploy' && !terminal.isInteractive);
		const {parallelism} = flags;
		const limitBuilds = createLimit(parallelBuilds);
		// Not for a new state: it is not on disk yet, and an object must not carry a lineage that a crash could lose.
		if (isApproved && !locked.isNew && busyActions(plan).some(({object}) => object === 'image')) {
			const [{beginBuilds}, opened] = await Promise.all([import('../../apply/early-builds.ts'), open()]);
			earlyBuilds = await beginBuilds({...opened, plan, builds, directory, limitBuilds, parallelism});
			// The engine gets the first bytes before the plan is rendered.
			await nextTurn();
			failpoint('build.after-start');
		}
		showPlan(plan, terminal, shownAs, flags.full);
		const approved = await approve(plan, {
			terminal,
			isApproved,
			settings,
			insteadOfAsking: again('--auto-approve'),
		});
		if (!approved) return 'not-applied';
		const {execute} = await import('../../console/show-apply.ts');
		const opened = await open();
		const result = await execute({
			workspace,
			session: opened,
			plan: approved,
			builds,
			limitBuilds,
			earlyBuilds,
			found,
			terminal,
			shownAs,
			parallelism,
			label,
			onFinished: progress => {
				finished = progress;
			},
		});
		const warning = appendAudit(directory, {
			type: auditTypes[verb],
			status: result.outcome === 'done' ? 'succeeded' : 'failed',
			target: environment,
			details: {run: opened.run, done: result.done, failed: result.failed, skipped: result.skipped},
		});
		if (warning) warn(terminal, [warning]);
		if (result.outcome === 'done' && plan.mode === 'apply' && shownAs !== 'json') {
			const applied = {project, state: opened.state.current(), engineId, terminal};
			const canAsk = terminal.isInteractive && !isApproved;
			offer = async () => (await import('../../console/offer-agent.ts')).offerAgent({...applied, canAsk});
		}
		return result.outcome;
	} finally {
		await earlyBuilds?.discard();
		await (session ? session.close() : locked.release());
		if (finished && settings.notify.length > 0) {
			const {announceApply} = await import('../../notify/announce-apply.ts');
			warn(terminal, await announceApply({project: project.name, environment, progress: finished}, settings.notify));
		}
		// Without the lock, which others may wait for.
		await offer?.();
	}
}
