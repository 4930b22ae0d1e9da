import {firstFile, type PackageManifest} from './detect-evidence.ts';

/** How a Node package starts: it says so itself, a file looks like it, or nothing does. */
export type NodeStart =
	| {readonly type: 'said'}
	| {readonly type: 'guessed'; readonly command: string}
	| {readonly type: 'unknown'};

const endings = ['js', 'mjs', 'cjs', 'ts', 'mts'];
const filesOf = (names: readonly string[]): string[] =>
	names.flatMap(name => endings.map(ending => `${name}.${ending}`));

/** Files that a build starts without a start command. */
const saying = ['Procfile', ...filesOf(['index'])];
const likely = filesOf(['server', 'app', 'main', 'src/index', 'src/server', 'src/app', 'src/main']);

/**
 * Looks for the start of a package, as a build would, and then for a file whose name says as much.
 * @param prefix folder of the package in the root that it is built from, with a slash; empty for the root itself
 */
export async function findNodeStart(
	folder: string,
	{scripts, main, dependencies}: PackageManifest,
	prefix: string,
): Promise<NodeStart> {
	if (scripts['start'] !== undefined || main !== undefined || 'nuxt' in dependencies) return {type: 'said'};
	if (await firstFile(folder, saying)) return {type: 'said'};
	const file = await firstFile(folder, likely);
	// A path that a shell would read otherwise does not go into a command.
	return file && /^[\w./@-]*$/.test(prefix) ? {type: 'guessed', command: `node ${prefix}${file}`} : {type: 'unknown'};
}
