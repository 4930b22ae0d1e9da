import {type LogChoiceFlags, logChoiceOf} from '../../console/log-choice.ts';
import {parseSince, sinceOf} from '../../console/since.ts';
import {eachLine} from '../../engine/each-line.ts';
import {observeOwn} from '../../engine/own-engine.ts';
import {UserError} from '../../errors.ts';
import {again} from '../../hint.ts';
import {jsonLine} from '../../output/json.ts';
import {createLogFormatter, logDocument, type SourcedLine} from '../../output/log-lines.ts';
import {createChooser} from '../../output/logs/chooser.ts';
import {createLogPrinter} from '../../output/logs/log-printer.ts';
import {mayBeSlow} from '../../output/logs/search.ts';
import {createSieve} from '../../output/logs/sieve.ts';
import {withinTime} from '../../output/logs/within-time.ts';
import {mergeByTime} from '../../output/merge-lines.ts';
import {quoteText} from '../../output/sanitise.ts';
import {createTerminal, type Terminal} from '../../output/terminal.ts';
import {createPositions, followOn, readPast} from '../../report/log-reading.ts';
import {chooseLogSources, findLogSources} from '../../report/log-sources.ts';
import {hideSecrets, noteRawLogs} from '../../report/masked-logs.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {openWorkspace, readExistingState} from '../../workspace/workspace.ts';
import type {CommandResult} from '../exit-code.ts';
import {showDashboard} from '../show-dashboard.ts';

export type LogFlags = CommonFlags &
	LogChoiceFlags & {
		readonly service?: readonly string[];
		readonly follow?: boolean;
		readonly tail: number;
		readonly since?: string;
		readonly time: boolean;
		readonly raw?: boolean;
		readonly plain?: boolean;
		readonly accessible?: boolean;
	};

/** How long an expression may take on one line. */
const slowMs = 1000;

/** The lines that the flags choose, as text or JSON: what each line of the log prints, and what is left to print at the end. */
function createOutput(
	choice: ReturnType<typeof logChoiceOf>,
	flags: LogFlags,
	format: (line: SourcedLine) => string,
	{paint}: Terminal,
) {
	const choose = createChooser(choice);
	const isSlow = mayBeSlow(choice.filter);
	const sieve = createSieve<SourcedLine>(choice.context, line => {
		if (!isSlow) return choose(line);
		const chosen = withinTime(slowMs, () => choose(line));
		if (!chosen)
			throw new UserError(`--grep takes too long on a line: simplify the expression ${quoteText(choice.filter.text)}`);
		return chosen.value;
	});
	const {print, end} = createLogPrinter({format, paint, isCollapsed: flags.collapse, isFolded: flags.fold});
	return {
		line: (line: SourcedLine): string =>
			sieve(line)
				.map(passed => (isJson(flags) ? jsonLine(logDocument(passed.line)) : print(passed)))
				.join(''),
		end,
	};
}

/**
 * `compartment logs`: opens the log screen in a terminal; elsewhere prints lines, oldest first, and with `--follow` new
 * ones as they arrive. Hides sensitive values unless `--raw`, which is audited.
 */
export async function logs(names: readonly string[], flags: LogFlags): Promise<CommandResult> {
	const terminal = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const wanted = parseSince(flags.since);
	const choice = logChoiceOf(flags);
	const state = await readExistingState(workspace);
	const {engine, directory} = workspace;
	const observed = await observeOwn(engine, state);
	const since = await sinceOf(wanted, engine);
	const chosen = [...names, ...(flags.service ?? [])];
	const sources = chooseLogSources(findLogSources(state, observed), chosen, state);
	if (flags.raw) noteRawLogs({state, directory, inform: terminal.inform});
	if (terminal.hasScreen && !isJson(flags)) {
		const {environment} = workspace;
		const location = {screen: 'all-logs', environment, ...(chosen.length > 0 ? {names: chosen} : {})} as const;
		return showDashboard(location, flags, {tail: flags.tail, since, isRaw: flags.raw, view: choice});
	}
	const shown = flags.raw ? engine : await hideSecrets(engine, state, again('--raw'));
	const stop = new AbortController();
	process.once('SIGINT', () => stop.abort());
	const {signal} = stop;
	const formatLine = createLogFormatter({
		sources: sources.map(({name}) => name),
		paint: terminal.paint,
		hasTime: flags.time,
	});
	const output = createOutput(choice, flags, formatLine, terminal);
	const write = async (lines: AsyncIterable<SourcedLine>) => {
		for await (const line of lines) {
			const text = output.line(line);
			// Wait for a slow reader instead of buffering without limit.
			if (text !== '' && !process.stdout.write(text))
				await new Promise(resolve => process.stdout.once('drain', resolve));
		}
	};
	const positions = createPositions();
	await write(readPast(shown, sources, {tail: flags.tail, since, signal}, positions));
	if (flags.follow) {
		const streams = sources.map(source => ({
			source: source.name,
			lines: eachLine(followOn(shown, source, {since, signal}, positions)),
		}));
		await write(mergeByTime(streams, {isLive: true}));
	}
	process.stdout.write(output.end());
}
