import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import type {EarlyBuilds} from '../../apply/early-builds.ts';
import {readEarly} from '../../apply/lock-environment.ts';
import {createLimit} from '../../build/limit.ts';
import {approve, showPlan} from '../../console/approve.ts';
import {announce, auditApply, prepareOffer, type Verb} from '../../console/report-applied.ts';
import type {ShownAs} from '../../console/show-apply.ts';
import {UserError} from '../../errors.ts';
import {again, command} from '../../hint.ts';
import {eventLine} from '../../output/events/events-json.ts';
import type {Progress} from '../../output/events/progress.ts';
import {createTerminal, type Terminal} from '../../output/terminal.ts';
import {recordedParts} from '../../plan/recorded-parts.ts';
import {assertNotStale, parsePlan, type SavedPlan, type UnverifiedPlan, verifyPlan} from '../../plan/saved-plan.ts';
import type {PlanRequest} from '../../refresh/plan-request.ts';
import {fileError} from '../../state/private-file.ts';
import {readPin} from '../../state/trust-key.ts';
import {beginEarly} from '../../workspace/begin-early.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {holdEnvironment} from '../../workspace/hold-environment.ts';
import {requestOf} from '../../workspace/request.ts';
import {findCopy} from '../../workspace/state-place.ts';
import {assertEnvironment, openWorkspace, unknownEnvironment, type Workspace} from '../../workspace/workspace.ts';
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

function readPlanFile(file: string): UnverifiedPlan {
	try {
		return parsePlan(readFileSync(file, 'utf8'), file);
	} catch (error) {
		throw fileError('read the saved plan', file, error, command('plan', '--out', file));
	}
}

/** The plan of a file. A machine that has never seen its environment may have the key sealed in a state on the engine. */
async function verify(file: UnverifiedPlan, workspace: Workspace): Promise<SavedPlan> {
	if (!readPin(file.lineage)) await findCopy(workspace);
	return verifyPlan(file);
}

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
 */
export async function apply(
	verb: Verb,
	planFile: string | undefined,
	flags: ApplyFlags,
	request: PlanRequest = requestOf(flags),
): Promise<ApplyOutcome> {
	const terminal = createTerminal(flags);
	const shownAs: ShownAs = isJson(flags) ? 'json' : terminal.hasScreen ? 'screen' : 'lines';
	const file = planFile === undefined ? undefined : readPlanFile(resolve(planFile));
	const label = checkLabel(flags.label);
	const workspace = await openWorkspace(file ? {...flags, env: file.environment} : flags);
	const saved = file && (await verify(file, workspace));
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
		showPlan(plan, terminal, shownAs, flags.full);
		const {settings} = workspace;
		const approved = await approve(plan, {terminal, isApproved, settings, insteadOfAsking: again('--auto-approve')});
		if (!approved) return 'not-applied';
		const {execute} = await import('../../console/show-apply.ts');
		const session = await held.open();
		const result = await execute({
			...{workspace, session, plan: approved, builds, limitBuilds, earlyBuilds, terminal, shownAs, parallelism, label},
			found: {observed: scene.observed, engineId},
			onFinished: progress => {
				finished = progress;
			},
		});
		auditApply(verb, workspace, session, result, terminal);
		if (result.outcome === 'done' && plan.mode === 'apply' && shownAs !== 'json')
			offer = prepareOffer(workspace, session, planned, {terminal, canAsk: terminal.isInteractive && !isApproved});
		return result.outcome;
	} finally {
		await earlyBuilds?.discard();
		await held.release();
		// Without the lock, which others may wait for.
		if (finished) await announce(workspace, finished, terminal);
		await offer?.();
	}
}
