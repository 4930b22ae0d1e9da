import type {LogOptions} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {labels} from '../model/labels.ts';
import {jsonLine} from '../output/json.ts';
import {createLogFormatter, logDocument, type SourcedLine} from '../output/log-lines.ts';
import {mergeByTime} from '../output/merge-lines.ts';
import type {State} from '../state/state.ts';
import {type CommonFlags, isJson} from './flags.ts';
import {createTerminal} from './terminal.ts';
import {openWorkspace, readExistingState} from './workspace.ts';

type LogFlags = CommonFlags & {
	readonly service?: readonly string[];
	readonly follow?: boolean;
	readonly tail: number;
	readonly since?: string;
	readonly time: boolean;
};

type Source = {readonly name: string; readonly containerId: string};

/** `10m`, `2h` and `3d` count back from now; anything else must be a time that the engine understands. */
function sinceOf(text: string | undefined, now: number): string | undefined {
	if (text === undefined) return undefined;
	const match = /^(\d+)(s|m|h|d)$/.exec(text);
	if (match) {
		const seconds = Number(match[1]) * {s: 1, m: 60, h: 3600, d: 86_400}[match[2] as 's' | 'm' | 'h' | 'd'];
		return new Date(now - seconds * 1000).toISOString();
	}
	if (Number.isNaN(Date.parse(text)))
		throw new UserError(`--since must be a time such as 2026-01-31T12:00:00Z, or a span such as 10m (it is "${text}")`);
	return new Date(text).toISOString();
}

/** Containers that speak for the chosen names: the serving deployment, else the newest one that is still there. */
function sourcesOf(state: State, containers: ReadonlySet<string>, names: readonly string[]): Source[] {
	const byService = new Map<string, string>();
	for (const {service, containerId, id} of Object.values(state.deployments).sort((a, b) => (a.id < b.id ? -1 : 1))) {
		if (containerId === undefined || !containers.has(containerId)) continue;
		const serving = state.active[service];
		if (serving === undefined || serving === id) byService.set(service, containerId);
	}
	const all: Source[] = [
		...[...byService].map(([name, containerId]) => ({name, containerId})),
		...Object.values(state.resources)
			.filter(({containerId}) => containers.has(containerId))
			.map(({name, containerId}) => ({name, containerId})),
	];
	if (names.length === 0) return all;
	return names.map(name => {
		const source = all.find(candidate => candidate.name === name);
		if (source) return source;
		throw new UserError(`${name} has no container in environment ${state.environment}`, {
			hint: all.length > 0 ? `There are: ${all.map(candidate => candidate.name).join(', ')}` : 'compartment apply',
		});
	});
}

/** `compartment logs`: lines of one, several or all, oldest first; with `--follow` as they come. */
export async function logs(names: readonly string[], flags: LogFlags): Promise<void> {
	const terminal = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const since = sinceOf(flags.since, Date.now());
	const state = await readExistingState(workspace);
	const {engine} = workspace;
	const {containers} = await engine.observe({[labels.lineage]: state.lineage});
	const sources = sourcesOf(state, new Set(containers.map(({id}) => id)), [...names, ...(flags.service ?? [])]);
	const stop = new AbortController();
	process.once('SIGINT', () => stop.abort());
	const options: LogOptions = {follow: flags.follow, tail: flags.tail, since, signal: stop.signal};
	const format = isJson(flags)
		? (line: SourcedLine) => jsonLine(logDocument(line))
		: (
				(formatLine: (line: SourcedLine) => string) => (line: SourcedLine) =>
					`${formatLine(line)}\n`
			)(createLogFormatter({sources: sources.map(({name}) => name), paint: terminal.paint, hasTime: flags.time}));
	const streams = sources.map(({name, containerId}) => ({source: name, lines: engine.logs(containerId, options)}));
	for await (const line of mergeByTime(streams, {isLive: flags.follow === true})) {
		// A slow reader slows us down instead of filling our memory.
		if (!process.stdout.write(format(line))) await new Promise(resolve => process.stdout.once('drain', resolve));
	}
}
