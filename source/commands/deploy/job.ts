import {type JobLine, readJobLog} from '../../apply/job-log.ts';
import {runJob} from '../../apply/run-job.ts';
import {createSecretReader} from '../../apply/secret-reader.ts';
import type {Project} from '../../descriptor/project.ts';
import {observeOwn, ownEngine} from '../../engine/own-engine.ts';
import {CancelledError, exitCodes, UserError} from '../../errors.ts';
import {command} from '../../hint.ts';
import {describeDesired} from '../../model/desired.ts';
import {idInName} from '../../model/names.ts';
import {nearest} from '../../nearest.ts';
import {formatAge, formatDuration} from '../../output/duration.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {renderTable} from '../../output/table.ts';
import {createTerminal, warn} from '../../output/terminal.ts';
import {unkeptSchedules} from '../../plan/schedules.ts';
import {readRunLog} from '../../state/run-log.ts';
import type {JobRun, State} from '../../state/state.ts';
import {type CommonFlags, isJson, servicesOf} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';
import {openWorkspace, readExistingState, type Workspace} from '../../workspace/workspace.ts';

/** Refuses a job that compartment.yml does not declare: an apply would not create it either. */
function assertJob({services}: Project, name: string): void {
	if (services.some(service => service.name === name)) return;
	const jobs = services.filter(({kind}) => kind === 'job' || kind === 'cron').map(service => service.name);
	const meant = nearest(name, jobs);
	throw new UserError(
		`job ${name} has not been deployed yet, and compartment.yml does not declare it${meant === undefined ? '' : `, did you mean ${meant}?`}`,
		{hint: `Jobs: ${jobs.join(', ') || 'none'}`},
	);
}

/** `compartment job run NAME -- ARGUMENTS`: runs a job and passes its output and exit code through. */
export async function jobRun(service: string, added: readonly string[], flags: CommonFlags): Promise<number> {
	const {paint, inform} = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const state = await readExistingState(workspace);
	const {project, environment, settings, engine, router, directory} = workspace;
	assertJob(project, service);
	const desired = describeDesired({
		project,
		environment,
		variables: state.variables,
		bindings: state.bindings,
		baseDomain: settings.baseDomain,
		volumes: state.volumes,
	});
	const abort = new AbortController();
	process.once('SIGINT', () => abort.abort(new CancelledError('The job was stopped.')));
	const run = await runJob({
		engine,
		router,
		directory,
		desired,
		service,
		arguments: added,
		signal: abort.signal,
		waitMs: workspace.lockWaitMs,
		say: inform,
		onLine(text, stream) {
			if (!isJson(flags)) process[stream].write(`${sanitiseLine(text, {keepColour: paint.isColoured})}\n`);
		},
	});
	if (isJson(flags)) process.stdout.write(jsonDocument(run));
	return run.exitCode ?? exitCodes.error;
}

type Row = Omit<JobRun, 'status'> & {readonly status: JobRun['status'] | 'interrupted'};

const durationOf = ({startedAt, completedAt}: Row): string =>
	completedAt ? formatDuration(Date.parse(completedAt) - Date.parse(startedAt)) : '';

/** `compartment job list`: lists the runs of the environment's jobs, newest first. */
export async function jobList(flags: CommonFlags & {readonly service?: readonly string[]}): Promise<void> {
	const terminal = createTerminal(flags);
	const {print, paint} = terminal;
	const workspace = await openWorkspace(flags);
	const state = await readExistingState(workspace);
	const services = servicesOf(flags);
	for (const name of services ?? [])
		if (!state.jobs.some(({service}) => service === name)) assertJob(workspace.project, name);
	const {project} = workspace;
	const warnings = await unkeptSchedules({...project, resources: []}, state, {...workspace, now: Date.now()});
	const {containers} = await observeOwn(workspace.engine, state);
	const alive = new Set(containers.map(({name}) => idInName(name)));
	const rows: Row[] = state.jobs
		.filter(({service}) => services === null || services.includes(service))
		// Its process died: without a container, the run cannot end.
		.map(run => (run.status === 'running' && !alive.has(run.id) ? {...run, status: 'interrupted' as const} : run))
		.reverse();
	if (isJson(flags)) {
		process.stdout.write(
			jsonDocument({project: {name: state.project}, environment: {name: state.environment}, runs: rows, warnings}),
		);
		return;
	}
	warn(terminal, warnings);
	const environment = sanitiseLine(state.environment);
	if (rows.length === 0)
		return print(
			services === null
				? `No job has run in ${environment} yet. Run one: ${paint.accent(hintText(command('job run', 'NAME')))}`
				: `No run of ${services.join(', ')} in ${environment} yet.`,
		);
	const now = Date.now();
	const columns = [
		{title: 'RUN', value: (row: Row) => row.id},
		{title: 'JOB', value: (row: Row) => row.service},
		{
			title: 'STATE',
			value: (row: Row) => row.status,
			style: (text: string, row: Row) => (row.status === 'failed' ? paint.fail(text) : text),
		},
		{title: 'EXIT', value: (row: Row) => String(row.exitCode ?? '-'), align: 'right' as const},
		{title: 'DURATION', value: durationOf, align: 'right' as const},
		{title: 'AGE', value: (row: Row) => formatAge(Date.parse(row.startedAt), now), align: 'right' as const},
		{title: 'TRIGGER', value: (row: Row) => row.trigger},
		{title: 'ARGUMENTS', value: (row: Row) => sanitiseLine(row.arguments.join(' ')), maxWidth: 60},
		...(rows.some(({reason}) => reason !== undefined)
			? [{title: 'REASON', value: (row: Row) => sanitiseLine(row.reason ?? ''), maxWidth: 80}]
			: []),
	];
	print(renderTable(columns, rows, {titleStyle: paint.dim}));
}

/** What a scheduled run has printed so far: its log is written when it ends. */
async function linesSoFar(
	{engine, router}: Workspace,
	state: State,
	{containerId, status}: JobRun,
): Promise<readonly JobLine[] | undefined> {
	if (containerId === undefined || status !== 'running') return undefined;
	const secrets = createSecretReader(() => state);
	await secrets.readAll();
	const lines: JobLine[] = [];
	const log = readJobLog(ownEngine(engine, state, router.name), containerId, secrets);
	for await (const line of log) lines.push(line);
	return lines;
}

/** `compartment job logs [RUN]`: prints the output of a run, by default the latest. */
export async function jobLogs(id: string | undefined, flags: CommonFlags): Promise<void> {
	const {print} = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const state = await readExistingState(workspace);
	const run =
		id === undefined
			? state.jobs.at(-1)
			: (state.jobs.find(job => job.id === id) ?? state.jobs.findLast(job => job.service === id));
	const lines = run && (readRunLog(workspace.directory, run.id) ?? (await linesSoFar(workspace, state, run)));
	if (!run || !lines)
		throw new UserError(`There is no log of ${id ?? 'a job'} in environment ${state.environment}.`, {
			hint: command('job list'),
		});
	if (isJson(flags)) process.stdout.write(jsonDocument({run, lines}));
	else for (const {text} of lines as readonly JobLine[]) print(sanitiseLine(text));
}
