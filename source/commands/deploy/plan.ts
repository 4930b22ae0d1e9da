import {writeFile} from 'node:fs/promises';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {defaultEnvironment} from '../../command-names.ts';
import {exitCodes, messageOf, UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {planDocument} from '../../output/plan/plan-json.ts';
import {renderPlan} from '../../output/plan/plan-text.ts';
import {createTerminal, type Terminal, warn} from '../../output/terminal.ts';
import {hasChanges, type Plan} from '../../plan/plan.ts';
import {recordedParts} from '../../plan/recorded-parts.ts';
import {serializePlan} from '../../plan/saved-plan.ts';
import {beginReading} from '../../refresh/begin-reading.ts';
import {readJournal} from '../../state/journal.ts';
import {ensurePlanKey, hasSharedKey} from '../../state/plan-key.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';
import {requestOf} from '../../workspace/request.ts';
import {openEngine, openWorkspace, readOrNewState} from '../../workspace/workspace.ts';

export type PlanFlags = CommonFlags & {
	readonly service?: readonly string[];
	readonly rebuild?: boolean;
	readonly replace?: readonly string[];
	readonly refreshOnly?: boolean;
	readonly destroy?: boolean;
	readonly deleteData?: boolean;
	readonly expires?: number | null;
	readonly expiresData?: boolean;
	readonly out?: string;
	readonly full?: boolean;
	readonly graph?: boolean;
	readonly markdown?: boolean;
	readonly detailedExitcode?: boolean;
};

/** `--graph`: the steps of an apply instead of the plan. */
async function showGraph(plan: Plan, flags: PlanFlags, {print}: Terminal): Promise<void> {
	const [{buildGraph}, {describeGraph, renderGraph}] = await Promise.all([
		import('../../apply/graph/build-graph.ts'),
		import('../../output/plan/graph-text.ts'),
	]);
	const steps = buildGraph(plan);
	if (isJson(flags)) process.stdout.write(jsonDocument({steps: describeGraph(steps, plan)}));
	else print(renderGraph(steps, plan));
}

/** Prints the plan in the form that the flags ask for. */
async function showPlan(plan: Plan, flags: PlanFlags, terminal: Terminal): Promise<void> {
	if (flags.graph) return showGraph(plan, flags, terminal);
	if (isJson(flags)) process.stdout.write(jsonDocument(planDocument(plan)));
	else if (flags.markdown) {
		const {renderPlanMarkdown} = await import('../../output/plan/plan-markdown.ts');
		terminal.print(renderPlanMarkdown(plan).trimEnd());
	} else terminal.print(renderPlan(plan, {...terminal, isFull: flags.full ?? false}));
}

function assertOneForm(flags: PlanFlags): void {
	const forms = [
		...(flags.markdown ? ['--markdown'] : []),
		...(isJson(flags) ? ['--json'] : []),
		...(flags.graph ? ['--graph'] : []),
	];
	if (flags.markdown && forms.length > 1)
		throw new UserError(`${forms.join(' and ')} exclude each other.`, {hint: 'Use one of them.'});
}

/** `compartment plan`: shows what an apply would change. Only reads. */
export const plan = (flags: PlanFlags): Promise<number> => printPlan(flags, createTerminal(flags));

/** Plans, and prints the plan where the terminal says. Returns the exit code. */
export async function printPlan(flags: PlanFlags, terminal: Terminal): Promise<number> {
	assertOneForm(flags);
	const connection = await openEngine(flags.env ?? defaultEnvironment);
	const {engine, readProbes, readCertificates} = beginReading(connection.engine, connection.router);
	// Loading blocks, so the requests go out first.
	await nextTurn();
	const {refresh} = await import('../../refresh/refresh.ts');
	const workspace = await openWorkspace(flags, connection);
	const {project, settings, router, directory, isAttended} = workspace;
	warn(terminal, workspace.warnings);
	const {state, isNew} = await readOrNewState(workspace, engine);
	const entries = isNew ? [] : await readJournal(directory, state);
	if (entries.length > 0 && entries.at(-1)?.type !== 'close')
		terminal.inform('Note: the last apply was interrupted or is still running. The next apply recovers first.');
	const request = requestOf(flags);
	const {plan: result} = await refresh(
		{project, settings, engine, router, readProbes, readCertificates, state, directory, isAttended},
		request,
	);
	await showPlan(result, flags, terminal);
	if (flags.out !== undefined) {
		const isShareable = hasSharedKey();
		try {
			const key = await ensurePlanKey(state, directory);
			await writeFile(flags.out, serializePlan({plan: result, request, recorded: recordedParts(state)}, key), {
				mode: 0o600,
			});
		} catch (error) {
			throw new UserError(`cannot write the plan: ${messageOf(error)}`);
		}
		// Markdown goes into a comment as it is.
		if (!isJson(flags))
			(flags.markdown ? terminal.inform : terminal.print)(
				`\n${hintText(hint`Saved. Apply exactly this plan with: ${command('apply', flags.out)}`)}`,
			);
		// Another machine finds the key of an existing environment in its state.
		if (isNew && !terminal.isInteractive && !isShareable)
			terminal.inform(
				'Note: the environment is new, so only this machine can apply the plan. To apply it on another one, give both the same identity or COMPARTMENT_PASSPHRASE.',
			);
	}
	return flags.detailedExitcode && hasChanges(result) ? exitCodes.changesPending : exitCodes.done;
}
