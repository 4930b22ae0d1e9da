import type {NodePackage} from './package-json.ts';
import type {SourceFiles} from './source-files.ts';

/** Whether a package.json is the root of a workspace: packages that are installed together. */
export const isWorkspaceRoot = (files: SourceFiles, manifest: NodePackage): boolean =>
	manifest.workspaces !== undefined || files.has('pnpm-workspace.yaml');

/** `packages:` of pnpm-workspace.yaml, in either form of a list. */
function pnpmPatterns(text: string): string[] {
	const block = /^packages:[ \t]*(\[[^\]]*\]|(?:\r?\n[ \t]*-[^\r\n]*)+)/m.exec(text)?.[1] ?? '';
	return block
		.replace(/^\[|\]$/g, '')
		.split(block.startsWith('[') ? ',' : /\r?\n/)
		.map(line => line.replace(/^[ \t]*-?\s*["']?|["']?\s*(?:#.*)?$/g, ''))
		.filter(line => line !== '');
}

/** `workspaces` of a package.json: a list, or an object with the list in `packages`. */
function packagePatterns({workspaces}: NodePackage): string[] {
	const isObject = typeof workspaces === 'object' && workspaces !== null && 'packages' in workspaces;
	const patterns = isObject ? workspaces.packages : workspaces;
	return Array.isArray(patterns) ? patterns.filter(each => typeof each === 'string') : [];
}

/** Patterns of the folders of a workspace's packages, such as `apps/*`; empty if the source is no workspace. */
export async function readWorkspacePatterns(files: SourceFiles, manifest: NodePackage): Promise<string[]> {
	const pnpm = await files.read('pnpm-workspace.yaml');
	return pnpm === undefined ? packagePatterns(manifest) : pnpmPatterns(pnpm);
}
