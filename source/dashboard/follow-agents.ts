import {basename} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {agentDirectory, engineDirectory} from '../agent/files.ts';
import {registryFile} from '../agent/registry.ts';
import {statusFile} from '../agent/status.ts';
import type {AgentReport} from '../output/agent/agent-words.ts';
import {readAgentReport} from '../report/agent.ts';
import {configurationDirectory} from '../settings/configuration-directory.ts';
import {createQueue} from './queue.ts';
import {watchFiles} from './watch-files.ts';
import type {Files} from './world.ts';

/** The agent of each environment that has a state, by the environment's name. */
export type AgentReports = ReadonlyMap<string, AgentReport>;

type Options = {
	readonly files: () => Files | undefined;
	/** Called after each read. */
	readonly onRead: (reports: AgentReports) => void;
	readonly signal: AbortSignal;
};

/** An agent that is killed writes nothing, so its lock is looked at again after this time. */
const paceMs = 60_000;

/** Reads what agents have written about themselves. Takes the lock of each agent for a moment. */
export async function readReports({directory, environments}: Files): Promise<AgentReports> {
	const reports = environments.map(async ({name, state}) =>
		state ? [[name, await readAgentReport(directory, state)] as const] : [],
	);
	return new Map((await Promise.all(reports)).flat());
}

/**
 * Reads what agents have written about themselves, and reads it again when they write, or when it is asked for.
 */
export function followAgents({files, onRead, signal}: Options): {readonly ask: () => Promise<void>} {
	const {ask} = createQueue(async () => {
		const found = files();
		if (!found || signal.aborted) return;
		const reports = await readReports(found);
		if (!signal.aborted) onRead(reports);
	});
	const again = () => void ask().catch(() => undefined);
	const ofEngines = () =>
		new Set(files()?.environments.flatMap(({state}) => (state?.engine ? [engineDirectory(state.engine)] : [])));
	// A folder appears in the one above it.
	const folders = () => [configurationDirectory(), agentDirectory(), ...ofEngines()];
	const isWatched = (name: string) =>
		name === registryFile || name === statusFile || folders().some(folder => basename(folder) === name);
	const stop = watchFiles({folders, isWatched, onChange: again, onNewFolder: again});
	signal.addEventListener('abort', stop, {once: true});
	const poll = async () => {
		for (;;) {
			await pause(paceMs, undefined, {signal, ref: false});
			again();
		}
	};
	poll().catch(error => {
		if (!signal.aborted) throw error;
	});
	return {ask};
}
