import {observeOwn} from '../../engine/own-engine.ts';
import {UserError} from '../../errors.ts';
import {forwardHint} from '../../output/events/result-text.ts';
import {jsonDocument} from '../../output/json.ts';
import {statusDocument} from '../../output/status/status-report.ts';
import {renderStatus} from '../../output/status/status-text.ts';
import {createTerminal, warn} from '../../output/terminal.ts';
import {certificateWarnings} from '../../plan/certificate-warnings.ts';
import {unkeptSchedules} from '../../plan/schedules.ts';
import {readVitals} from '../../refresh/read-vitals.ts';
import {createStatusReport} from '../../report/status.ts';
import {statusWithoutState} from '../../report/status-without-state.ts';
import {observeRouter} from '../../router/router.ts';
import {type CommonFlags, isJson, servicesOf} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';
import {openWorkspace, readOrNewState} from '../../workspace/workspace.ts';

type StatusFlags = CommonFlags & {readonly service?: readonly string[]; readonly verbose?: boolean};

/** `compartment status`: shows services and resources with their health and address, and failed newer attempts. */
export async function status(flags: StatusFlags): Promise<void> {
	const terminal = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const {engine, router, settings, project} = workspace;
	const read = await readOrNewState(workspace).catch(async (error: unknown) => {
		if (!(error instanceof UserError)) throw error;
		throw await statusWithoutState(workspace, flags, terminal, error);
	});
	const lost = read.isNew ? await statusWithoutState(workspace, flags, terminal) : undefined;
	if (lost) throw lost;
	const {state} = read;
	const services = servicesOf(flags);
	for (const name of services ?? []) {
		const isKnown = project.services.some(service => service.name === name) || state.active[name] !== undefined;
		if (!isKnown)
			throw new UserError(`The requested service was not found: ${name}`, {
				hint: `compartment.yml declares ${project.services.map(service => service.name).join(', ')}`,
			});
	}
	const [observed, {state: routerState}] = await Promise.all([
		observeOwn(engine, state),
		observeRouter(engine, router),
	]);
	const vitals = await readVitals(engine, {state, observed}, workspace.readProbes);
	const report = createStatusReport({state, observed, vitals, router, routerState, settings, engine, services});
	const now = Date.now();
	const warnings = [
		...(await unkeptSchedules(project, state, {...workspace, now})),
		...certificateWarnings(state, now).map(hintText),
	];
	// Only a narrow terminal omits columns: programs may read a pipe or a file.
	const columns = terminal.isSeen ? terminal.columns : undefined;
	if (isJson(flags)) return void process.stdout.write(jsonDocument({...statusDocument(report), warnings}));
	terminal.print(renderStatus(report, {...terminal, columns, now: Date.now(), isVerbose: flags.verbose}));
	if (report.services.some(({needsForwarding}) => needsForwarding)) terminal.inform(hintText(forwardHint));
	if (report.services.length + report.resources.length > 0) warn(terminal, warnings);
}
