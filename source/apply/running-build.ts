import {type BuildReport, describeBuildProgress} from '../build/build-log.ts';
import {type BuildLogFile, openBuildLog} from '../build/build-log-file.ts';
import type {Limit} from '../build/limit.ts';
import type {PlannedBuild} from '../build/plan-build.ts';
import {type BuiltImage, runBuild} from '../build/run-build.ts';
import type {OwnEngine} from '../engine/own-engine.ts';
import {BuildError, CancelledError, UserError} from '../errors.ts';
import {failpoint} from '../failpoints.ts';
import {imageAddress} from '../model/address.ts';
import {imageLabelsOf} from '../model/labels.ts';
import type {Plan, PlannedImage} from '../plan/plan.ts';
import {StepError} from './step-error.ts';

/** A build that runs or waits for its turn. */
export type RunningBuild = {
	/** Rejects with the failed build step, its last lines and the log file, or with a CancelledError after `cancel`. */
	readonly image: Promise<BuiltImage>;
	/** Passes on what was reported so far, and from then on what is reported. */
	readonly follow: (show: (report: BuildReport) => void) => void;
	readonly cancel: (reason: unknown) => void;
};

type BuildWorld = {
	readonly plan: Pick<Plan, 'project' | 'environment' | 'lineage'>;
	readonly engine: OwnEngine;
	/** The state folder of the environment. */
	readonly directory: string;
	/** Limits how many builds run at the same time. */
	readonly limitBuilds: Limit;
};

type BuildTask = {
	readonly planned: PlannedImage;
	readonly build: PlannedBuild;
	/** Id of the journaled write. */
	readonly op: string;
	readonly isPlanFresh?: boolean;
};

const longestName = 160;
const shortName = (name: string): string => (name.length > longestName ? `${name.slice(0, longestName)}…` : name);

/** Explains a failed build: the failed build step, its last lines and the log file. */
function explainFailure(error: unknown, log: BuildLogFile): unknown {
	if (error instanceof CancelledError) log.write(error.message);
	if (error instanceof CancelledError || !(error instanceof UserError)) return error;
	const {summary, step} = error instanceof BuildError ? error : {summary: error.message, step: undefined};
	const exitCode = /(?:exit code:?|non-zero code:) (\d+)$/.exec(summary)?.[1];
	// The summary of a failed command only repeats the command.
	const message = step && exitCode !== undefined ? `the build failed at ${shortName(step.name)}` : summary;
	log.write(summary);
	const failure = {
		message,
		...(exitCode !== undefined && {exitCode: Number(exitCode)}),
		lastLines: step?.lines ?? [],
		logFile: log.file,
	};
	// The cause has the hint, and says whether the engine may have finished the build.
	return new StepError(failure, undefined, error);
}

/** Starts a build whose journal entry is on disk, with a log file. What it reports is kept until someone follows it. */
export function startBuild(
	{plan, engine, directory, limitBuilds}: BuildWorld,
	{planned, build, op, isPlanFresh}: BuildTask,
): RunningBuild {
	const abort = new AbortController();
	const early: BuildReport[] = [];
	let show = (report: BuildReport): void => void early.push(report);
	const object = {lineage: plan.lineage, project: plan.project, environment: plan.environment};
	const run = async (): Promise<BuiltImage> => {
		const log = openBuildLog(directory, planned.service);
		try {
			const image = await runBuild(engine, build, {
				reference: planned.reference,
				labels: imageLabelsOf({...object, address: imageAddress(planned.service), op}),
				signal: abort.signal,
				...(isPlanFresh && {isPlanFresh}),
				onProgress: event => {
					const report = describeBuildProgress(event);
					for (const text of report.lines) log.write(text);
					show(report);
					failpoint('build.after-progress');
				},
			});
			failpoint('build.after-image');
			return image;
		} catch (error) {
			throw explainFailure(error, log);
		} finally {
			try {
				log.close();
			} catch {
				// A log that cannot be written must not fail the build.
			}
		}
	};
	const image = limitBuilds(run, abort.signal);
	// The step that waits for it reports a failure, but may not have started yet.
	image.catch(() => undefined);
	return {
		image,
		follow(next) {
			show = next;
			for (const report of early.splice(0)) next(report);
		},
		cancel: reason => abort.abort(reason),
	};
}
