import type {SourceFiles} from './source-files.ts';

/** Preferred process types, in order. */
const preferred = ['web', 'worker'];

/** The command of a Procfile: that of `web`, else `worker`, else its first process. */
export function parseProcfile(text: string): string | undefined {
	const commands = new Map<string, string>();
	for (const line of text.split(/\r?\n/)) {
		const match = /^([A-Za-z0-9_-]+)\s*:\s*(\S.*)$/.exec(line.trim());
		if (match && !commands.has(match[1]!)) commands.set(match[1]!, match[2]!);
	}
	const name = preferred.find(name => commands.has(name)) ?? commands.keys().next().value;
	return name === undefined ? undefined : commands.get(name);
}

/** The start command from a source's Procfile. */
export async function readProcfile(files: SourceFiles): Promise<string | undefined> {
	const text = await files.read('Procfile');
	return text === undefined ? undefined : parseProcfile(text);
}
