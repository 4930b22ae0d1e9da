import {resolve} from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import type {EarlyBuilds} from '../../apply/early-builds.ts';
import {readEarly} from '../../apply/lock-environment.ts';
import {createLimit} from '../../build/limit.ts';
import {approve, showPlan} from '../../console/approve.ts';
import {type Dialogue, onTerminal, type ShownAs} from '../../console/dialogue.ts';
import {announce, auditApply, prepareOffer, type Verb} from '../../console/report-applied.ts';
import type {Executed} from '../../console/show-apply.ts';
import {UserError} from '../../errors.ts';
import {again} from '../../hint.ts';
import {eventLine} from '../../output/events/events-json.ts';
import type {Progress} from '../../output/events/progress.ts';
import {type Terminal, warn} from '../../output/terminal.ts';
import {type ApprovedBefore, approvedAgain, rememberApproval} from '../../plan/approved-before.ts';
import {hasChanges} from '../../plan/plan.ts';
import {recordedParts} from '../../plan/recorded-parts.ts';
import {assertNotStale} from '../../plan/saved-plan.ts';
import type {PlanRequest} from '../../refresh/plan-request.ts';
import {beginEarly} from '../../workspace/begin-early.ts';
import type {CommonFlags} from '../../workspace/flags.ts';
import {holdEnvironment} from '../../workspace/hold-environment.ts';
import {readPlanFile, verifyPlanFile} from '../../workspace/plan-file.ts';
import {requestOf} from '../../workspace/request.ts';
import {assertEnvironment, openWorkspace, unknownEnvironment} from '../../workspace/workspace.ts';
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

/** Maximum number of concurrent builds: each one already uses all cores. */
const parallelBuilds = 3;

/** A label is printable text on one line. */
function checkLabel(label: string | undefined): string | undefined {
	const trimmed = label?.trim();
	if (trimmed === undefined || (trimmed.length >= 1 && trimmed.length <= 100 && !/[\p{C}\p{Zl}\p{Zp}]/u.test(trimmed)))
		return trimmed;
	throw new UserError('Label must use printable single-line text of 1 to 100 characters.');
}

/** Reports what recovery found and did before the plan. */
function sayRecovered(message: string, {print, paint}: Terminal, shownAs: ShownAs): void {
	if (shownAs === 'json') process.stdout.write(eventLine({type: 'notice', at: Date.now(), level: 'info', message}));
	else print(`${paint.warn('Recovery:')} ${message}`);
}

/**
 * Runs `apply`, `deploy`, `destroy` and similar commands: plans, asks for approval, applies.
 * @param verb `deploy` does not ask outside a terminal, because it is the command for scripts
 * @param dialogue where it asks and shows; by default on the terminal
 */
export async function apply(
	verb: Verb,
	planFile: string | undefined,
	flags: ApplyFlags,
	request: PlanRequest = requestOf(flags),
	dialogue: Dialogue = onTerminal(flags),
): Promise<ApplyOutcome> {
	let before: ApprovedBefore | undefined;
	for (;;) {
		// What was forced the first time is done, or planned anyway.
		const asked = before ? {...request, rebuild: false, replace: []} : request;
		const {outcome, retried} = await attempt({verb, planFile, flags, request: asked, before, dialogue});
		if (!retried) return outcome;
		before = retried;
	}
}

type Attempt = {
	readonly outcome: ApplyOutcome;
	/** What was approved, if the user wants to apply again what is not done. */
	readonly retried?: ApprovedBefore | undefined;
};

type Attempted = {
	readonly verb: Verb;
	readonly planFile: string | undefined;
	readonly flags: ApplyFlags;
	readonly request: PlanRequest;
	readonly before: ApprovedBefore | undefined;
	readonly dialogue: Dialogue;
};

async function attempt({verb, planFile, flags, request, before, dialogue}: Attempted): Promise<Attempt> {
	const {terminal, shownAs} = dialogue;
	const file = planFile === undefined ? undefined : readPlanFile(resolve(planFile));
	const label = checkLabel(flags.label);
	const workspace = await openWorkspace(file ? {...flags, env: file.environment} : flags);
	const saved = file && (await verifyPlanFile(file, workspace));
	// Only a deploy may create an environment: `restart --env stagin` must not.
	const mayCreate = request.mode === 'apply';
	if (!mayCreate) await assertEnvironment(workspace);
	const early = readEarly(workspace);
	// Loading blocks, so the requests go out first.
	await nextTurn();
	const {refresh} = await import('../../refresh/refresh.ts');
	const held = await holdEnvironment(workspace, {
		operation: verb,
		early,
		lineage: saved?.plan.lineage,
		terminal,
		say: message => sayRecovered(message, terminal, shownAs),
	});
	let earlyBuilds: EarlyBuilds | undefined;
	let finished: Progress | undefined;
	let offer: (() => Promise<void>) | undefined;
	const warnings: string[] = [];
	let ended: (Executed & {readonly decided: ApprovedBefore}) | undefined;
	try {
		const world = await held.read();
		// A saved plan is signed with the key of the environment, so the request is what `plan` wrote.
		const planned = await refresh(world, saved ? (saved.request as PlanRequest) : request);
		const {plan, builds, scene, engineId} = planned;
		// A first apply that was not approved leaves a folder without a state.
		if (held.isNew && !mayCreate) throw await unknownEnvironment(workspace);
		// The new plan runs, so it must equal the saved one.
		if (saved) assertNotStale(saved, {plan, recorded: recordedParts(world.state)}, planFile!);
		const isApproved =
			flags.autoApprove === true || saved !== undefined || (verb === 'deploy' && !terminal.isInteractive);
		const {parallelism} = flags;
		const limitBuilds = createLimit(parallelBuilds);
		if (isApproved) earlyBuilds = await beginEarly(held, planned, {limitBuilds, parallelism});
		const covered = before && approvedAgain(plan, before);
		const repeated = covered && hasChanges(covered) ? covered : undefined;
		const isListedNext = !isApproved && dialogue.listsActions();
		if (!repeated) showPlan(plan, dialogue, {isFull: flags.full, isListedNext});
		const {settings} = workspace;
		const approved =
			repeated ?? (await approve(plan, {dialogue, isApproved, settings, insteadOfAsking: again('--auto-approve')}));
		if (!approved) return {outcome: 'not-applied'};
		const {execute} = await import('../../console/show-apply.ts');
		const session = await held.open();
		const executed = await execute({
			...{workspace, session, plan: approved, builds, limitBuilds, earlyBuilds, dialogue, parallelism, label},
			found: {observed: scene.observed, engineId},
			staysOpen: !isApproved && plan.mode === 'apply',
			onFinished: progress => {
				finished = progress;
			},
		});
		const {result} = executed;
		ended = {...executed, decided: rememberApproval(plan, approved)};
		warnings.push(...auditApply(verb, workspace, session, result));
		if (result.outcome === 'done' && plan.mode === 'apply' && shownAs !== 'json')
			offer = prepareOffer(workspace, session, planned, {dialogue, canAsk: terminal.isInteractive && !isApproved});
	} catch (error) {
		await ended?.close();
		throw error;
	} finally {
		await earlyBuilds?.discard();
		await held.release().catch(async (error: unknown) => {
			await ended?.close();
			throw error;
		});
		// Without the lock, which others may wait for.
		if (finished) warnings.push(...(await announce(workspace, finished)));
	}
	const end = await ended.leave();
	warn(terminal, warnings);
	await offer?.();
	return {outcome: ended.result.outcome, ...(end === 'retry' ? {retried: ended.decided} : {})};
}
