import type {SourceFiles} from './source-files.ts';

const firstLine = (text: string | undefined): string | undefined =>
	text
		?.split(/\r?\n/)
		.map(line => line.replace(/#.*/, '').trim())
		.find(line => line !== '');

/** The first line of a version file, such as .nvmrc. */
export const readVersionFile = async (files: SourceFiles, path: string): Promise<string | undefined> =>
	firstLine(await files.read(path));

/** The version of a tool in .tool-versions or mise.toml, under any of its names. */
export async function readToolVersion(files: SourceFiles, names: readonly string[]): Promise<string | undefined> {
	const name = `(?:${names.join('|')})`;
	const tools = await files.read('.tool-versions');
	const listed = tools && new RegExp(`^[ \\t]*${name}\\s+(\\S+)`, 'm').exec(tools)?.[1];
	if (listed) return listed;
	const mise = (await files.read('mise.toml')) ?? (await files.read('.mise.toml'));
	return (mise && new RegExp(`^[ \\t]*${name}\\s*=\\s*["']([^"']+)["']`, 'm').exec(mise)?.[1]) || undefined;
}
