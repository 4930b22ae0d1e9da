import type {SourceFiles} from './source-files.ts';

/** Types of processes that are looked for first, the most wanted one first. */
const preferred = ['web', 'worker'];

/** Command of a Procfile: the process `web`, else `worker`, else its first one. */
export function parseProcfile(text: string): string | undefined {
	const commands = new Map<string, string>();
	for (const line of text.split(/\r?\n/)) {
		const match = /^\s*([A-Za-z0-9_-]+)\s*:\s*(\S.*?)\s*$/.exec(line);
		if (match && !commands.has(match[1]!)) commands.set(match[1]!, match[2]!);
	}
	const name = preferred.find(name => commands.has(name)) ?? commands.keys().next().value;
	return name === undefined ? undefined : commands.get(name);
}

/** Start command that a source's Procfile gives. */
export async function readProcfile(files: SourceFiles): Promise<string | undefined> {
	const text = await files.read('Procfile');
	return text === undefined ? undefined : parseProcfile(text);
}
