/** Files in the root of a Node source, besides package.json, that package managers read during an install. */
export const installFiles: readonly string[] = [
	'pnpm-workspace.yaml',
	'pnpm-lock.yaml',
	...['pnpmfile', '.pnpmfile'].flatMap(name => ['js', 'cjs', 'mjs'].map(ending => `${name}.${ending}`)),
	'yarn.lock',
	'.yarnrc',
	'.yarnrc.yml',
	'.yarnrc.yaml',
	'bun.lock',
	'bun.lockb',
	'bunfig.toml',
	'package-lock.json',
	'npm-shrinkwrap.json',
	'.npmrc',
];

/** Folders in the root of a Node source that an install reads. */
export const installFolders: readonly string[] = [
	'.yarn/patches',
	'.yarn/plugins',
	'.yarn/releases',
	'patches',
	'prisma',
];

/** Whether an install reads this file of the source. */
export const isInstallFile = (path: string): boolean =>
	installFiles.includes(path) || installFolders.some(folder => path.startsWith(`${folder}/`));
