import {readPackageOf} from './package-json.ts';
import type {SourceFiles} from './source-files.ts';
import {readToolVersion, readVersionFile} from './tool-version.ts';
import {pickLine} from './version-range.ts';

/** The default LTS release line. */
const defaultNode = '24';
const known = ['26', '25', '24', '23', '22', '21', '20', '19', '18', '16', '14'];

const ltsNames: Readonly<Record<string, string>> = {
	fermium: '14',
	gallium: '16',
	hydrogen: '18',
	iron: '20',
	jod: '22',
	krypton: '24',
};

const toLine = (text: string | undefined): string | undefined => {
	if (text === undefined) return undefined;
	const lts = /^lts\/(.+)$/i.exec(text)?.[1]?.toLowerCase();
	if (lts !== undefined) return ltsNames[lts] ?? defaultNode;
	return pickLine(text, {preferred: defaultNode, known});
};

/** Node's major version: from engines, .nvmrc, .node-version, .tool-versions or mise.toml, in this order. */
export async function readNodeVersion(files: SourceFiles): Promise<string> {
	const engines = (await readPackageOf(files))?.engines['node'];
	return (
		toLine(engines) ??
		toLine(await readVersionFile(files, '.nvmrc')) ??
		toLine(await readVersionFile(files, '.node-version')) ??
		toLine(await readToolVersion(files, ['node', 'nodejs'])) ??
		defaultNode
	);
}

/** Files in the root of a Node source that name its version, beside package.json. */
export const nodeVersionFiles: readonly string[] = [
	'.nvmrc',
	'.node-version',
	'.tool-versions',
	'mise.toml',
	'.mise.toml',
];
