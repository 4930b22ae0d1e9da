import {findGoProgram} from './go.ts';
import {findNodeApp, readNodeSource} from './node.ts';
import type {NodeManager} from './node-manager.ts';
import {readPublished} from './published-folder.ts';
import {findPythonProgram} from './python-start.ts';
import {findShellProgram} from './shell.ts';
import {filesBelow, joinPath, type SourceFiles} from './source-files.ts';
import {type DetectedStack, findStack} from './stacks.ts';

/** A front end that is served as files. */
type Site = {
	/** Folder of the source that the build fills. */
	readonly folder: string;
	/** Command that builds it, if the source has one. */
	readonly build: string | undefined;
};

/** What the built-in builder runs or serves if the descriptor sets nothing. */
export type Program = DetectedStack & {
	/** Start command, run in the detected folder; undefined if the source has none. */
	readonly start?: string;
	readonly site?: Site;
	/** Framework with its mode, such as `SvelteKit with adapter-node`. */
	readonly framework?: string;
	/** Why nothing of it can be built to run here, and the way out. */
	readonly problem?: string;
	/** What was guessed, and what to set if that is wrong. */
	readonly doubts?: readonly string[];
	/** Package manager of a Node source. */
	readonly manager?: NodeManager;
};

async function readNodeProgram(all: SourceFiles, stack: DetectedStack, serviceFolder: string): Promise<Program> {
	const source = await readNodeSource(all, stack.folder, serviceFolder);
	const {manager, root, own, buildScript} = source;
	const {site: folder, build, ...app} = await findNodeApp(source);
	if (folder === undefined) return {...stack, manager, ...app};
	// A site builds itself where it can: the root's script would build the other packages too.
	const ownScript = (own?.manifest ?? root).scripts['build'] ? manager.runScript('build', own?.folder) : undefined;
	const site = {folder: joinPath(stack.folder, folder), build: build ?? ownScript ?? buildScript};
	return {...stack, manager, ...app, site};
}

/**
 * Detects the program of a source; undefined if no stack matches. Throws a UserError if a file that it
 * depends on is invalid.
 * @param serviceFolder folder of the service in the source, empty if it is the root
 */
export async function readProgram(all: SourceFiles, serviceFolder: string): Promise<Program | undefined> {
	const found = findStack(all, serviceFolder);
	if (found === undefined) return undefined;
	const files = filesBelow(all, found.folder);
	switch (found.stack.name) {
		case 'Node':
			return readNodeProgram(all, found, serviceFolder);
		case 'Python':
			return {...found, ...(await findPythonProgram(files))};
		case 'Go':
			return {...found, ...(await findGoProgram(files))};
		case 'shell':
			return {...found, ...(await findShellProgram(files))};
		case 'static files':
			await readPublished(files);
			return found;
		default:
			return found;
	}
}
