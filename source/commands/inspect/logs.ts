import {parseSince, sinceOf} from '../../console/since.ts';
import {eachLine} from '../../engine/each-line.ts';
import {observeOwn} from '../../engine/own-engine.ts';
import {again} from '../../hint.ts';
import {jsonLine} from '../../output/json.ts';
import {createLogFormatter, logDocument, type SourcedLine} from '../../output/log-lines.ts';
import {mergeByTime} from '../../output/merge-lines.ts';
import {createTerminal} from '../../output/terminal.ts';
import {createPositions, followOn, readPast} from '../../report/log-reading.ts';
import {chooseLogSources, findLogSources} from '../../report/log-sources.ts';
import {hideSecrets, noteRawLogs} from '../../report/masked-logs.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {openWorkspace, readExistingState} from '../../workspace/workspace.ts';
import {showDashboard} from '../show-dashboard.ts';

export type LogFlags = CommonFlags & {
	readonly service?: readonly string[];
	readonly follow?: boolean;
	readonly tail: number;
	readonly since?: string;
	readonly time: boolean;
	readonly raw?: boolean;
	readonly plain?: boolean;
	readonly accessible?: boolean;
};

/**
 * `compartment logs`: opens the log screen in a terminal; elsewhere prints lines, oldest first, and with `--follow` new
 * ones as they arrive. Hides sensitive values unless `--raw`, which is audited.
 */
export async function logs(names: readonly string[], flags: LogFlags): Promise<void> {
	const terminal = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const wanted = parseSince(flags.since);
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
		return showDashboard(location, flags, {tail: flags.tail, since, isRaw: flags.raw});
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
	const format = isJson(flags)
		? (line: SourcedLine) => jsonLine(logDocument(line))
		: (line: SourcedLine) => `${formatLine(line)}\n`;
	const write = async (lines: AsyncIterable<SourcedLine>) => {
		for await (const line of lines) {
			// Wait for a slow reader instead of buffering without limit.
			if (!process.stdout.write(format(line))) await new Promise(resolve => process.stdout.once('drain', resolve));
		}
	};
	const positions = createPositions();
	await write(readPast(shown, sources, {tail: flags.tail, since, signal}, positions));
	if (!flags.follow) return;
	const streams = sources.map(source => ({
		source: source.name,
		lines: eachLine(followOn(shown, source, {since, signal}, positions)),
	}));
	await write(mergeByTime(streams, {isLive: true}));
}
