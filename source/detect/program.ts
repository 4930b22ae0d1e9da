import {findGoMain, findGoStart} from './go.ts';
import {findNodeSite, findNodeStart, readNodeSource} from './node.ts';
import type {NodeManager} from './node-manager.ts';
import {readPublished} from './published-folder.ts';
import {findPythonStart} from './python-start.ts';
import {findShellStart} from './shell.ts';
import {filesBelow, type SourceFiles} from './source-files.ts';
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
	/** Whether a Go source has no package to build. */
	readonly isWithoutMain?: boolean;
	/** Package manager of a Node source. */
	readonly manager?: NodeManager;
};

async function readNodeProgram(all: SourceFiles, stack: DetectedStack, serviceFolder: string): Promise<Program> {
	const source = await readNodeSource(all, stack.folder, serviceFolder);
	const {manager, root, own, buildScript} = source;
	const folder = await findNodeSite(source);
	if (folder === undefined) return {...stack, manager, start: await findNodeStart(source)};
	// A site builds itself where it can: the root's script would build the other packages too.
	const ownScript = (own?.manifest ?? root).scripts['build'] ? manager.runScript('build', own?.folder) : undefined;
	const site = {folder: stack.folder === '' ? folder : `${stack.folder}/${folder}`, build: ownScript ?? buildScript};
	return {...stack, manager, site};
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
			return {...found, start: await findPythonStart(files)};
		case 'Go':
			if (findGoMain(files) === undefined) return {...found, isWithoutMain: true};
			return {...found, start: await findGoStart(files)};
		case 'shell':
			return {...found, start: await findShellStart(files)};
		case 'static files':
			await readPublished(files);
			return found;
		default:
			return found;
	}
}
