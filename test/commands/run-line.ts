import {Readable} from 'node:stream';
import {vi} from 'vitest';
import {main} from '../../source/commands/main.ts';
import {settingKeys, settingRules, variablesOf} from '../../source/settings/setting-table.ts';

/** What a user sees of one command. */
export type Ran = {readonly stdout: string; readonly stderr: string; readonly exitCode: number};

/** Listeners that a command adds belong to a process of its own. */
function keepListeners(): () => void {
	const emitters = [process, process.stdout, process.stderr] as const;
	const kept = emitters.map(
		emitter => [emitter, new Map(emitter.eventNames().map(name => [name, emitter.rawListeners(name)]))] as const,
	);
	return () => {
		for (const [emitter, before] of kept)
			for (const name of emitter.eventNames())
				for (const listener of emitter.rawListeners(name))
					if (!before.get(name)?.includes(listener)) emitter.off(name, listener as () => void);
	};
}

const unset = ['FORCE_COLOR', 'CI', 'INK_SCREEN_READER', 'COMPARTMENT_PASSPHRASE'];

const environment: Readonly<Record<string, string | undefined>> = {
	...Object.fromEntries(unset.map(name => [name, undefined])),
	...Object.fromEntries(settingKeys.flatMap(key => variablesOf(settingRules[key])).map(name => [name, undefined])),
	LC_ALL: 'C.UTF-8',
	TERM: 'xterm',
	NO_COLOR: '1',
};

// A failed command ends its process after some seconds, which would end the tests.
process.exit = (() => undefined) as unknown as typeof process.exit;

/** Runs a command line in a folder, from its words to its exit code, and returns what it printed. */
export async function runLine(
	folder: string,
	stdin: string,
	words: readonly string[],
	variables: Readonly<Record<string, string>> = {},
): Promise<Ran> {
	const printed = {stdout: '', stderr: ''};
	const previous = process.cwd();
	const restoreListeners = keepListeners();
	for (const [name, value] of Object.entries({...environment, ...variables})) vi.stubEnv(name, value);
	const input = Readable.from(stdin === '' ? [] : [Buffer.from(stdin)]);
	const spies = [
		vi.spyOn(process, 'stdin', 'get').mockReturnValue(input as typeof process.stdin),
		...(['stdout', 'stderr'] as const).map(stream =>
			vi.spyOn(process[stream], 'write').mockImplementation(text => {
				printed[stream] += String(text);
				return true;
			}),
		),
	];
	process.chdir(folder);
	try {
		await main(words, '1.2.3');
		return {...printed, exitCode: Number(process.exitCode ?? 0)};
	} finally {
		process.chdir(previous);
		process.exitCode = undefined;
		for (const spy of spies) spy.mockRestore();
		vi.unstubAllEnvs();
		restoreListeners();
	}
}
