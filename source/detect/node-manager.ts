import {singleQuoted} from '../shell-word.ts';
import type {NodePackage} from './package-json.ts';
import type {SourceFiles} from './source-files.ts';

/** The package manager of a source. */
export type NodeManager = {
	readonly name: 'npm' | 'pnpm' | 'yarn' | 'bun';
	/** Absent for the npm bundled with Node. */
	readonly version?: string;
	/** The npm package that provides it. */
	readonly package?: string;
	readonly install: string;
	/** Like `install`, but without development dependencies. */
	readonly installProduction: string;
	/** Folder kept between installs; `isLocked` if concurrent installs cannot share it. */
	readonly cache?: {readonly target: string; readonly isLocked?: boolean};
	/** Variables during the install. */
	readonly environment: Readonly<Record<string, string>>;
	/** The command for a script of the root, or of the package in `folder`. */
	readonly runScript: (script: string, folder?: string) => string;
	/** Whether dependencies are resolved by the manager's own loader instead of node_modules (Plug'n'Play). */
	readonly hasLoader: boolean;
};

type Choice = {readonly name: NodeManager['name']; readonly version?: string; readonly isBerry?: boolean};

/** The pnpm version that wrote a lock file, by its lockfileVersion. */
function pnpmFor(lock: string | undefined): string {
	const format = Number(/^lockfileVersion:\s*['"]?(\d+)/m.exec(lock ?? '')?.[1] ?? 9);
	if (format >= 9) return '10';
	return format >= 6 ? '8' : '7';
}

/** An `engines` entry, if it has only characters of a version range and is safe on a command line. */
const safeRange = (range: string | undefined): string | undefined =>
	range !== undefined && /^[\d.xX*^~<>= |-]+$/.test(range) ? range.trim() : undefined;

async function chooseManager(files: SourceFiles, manifest: NodePackage): Promise<Choice> {
	// Only pnpm knows the other names of a manifest.
	const isForPnpm = !files.has('package.json');
	const named = /^(npm|pnpm|yarn|bun)@(\d[\w.-]*)/.exec(manifest.packageManager ?? '');
	if (named) {
		const [, name, version] = named as unknown as [string, NodeManager['name'], string];
		return {name, version, isBerry: name === 'yarn' && Number.parseInt(version, 10) >= 2};
	}
	const engine = (name: string) => safeRange(manifest.engines[name]);
	if (files.has('pnpm-lock.yaml') || isForPnpm) {
		return {name: 'pnpm', version: engine('pnpm') ?? pnpmFor(await files.read('pnpm-lock.yaml'))};
	}
	if (files.has('bun.lock') || files.has('bun.lockb')) return {name: 'bun', version: engine('bun') ?? '1'};
	if (files.has('.yarnrc.yml') || files.has('.yarnrc.yaml')) {
		return {name: 'yarn', version: engine('yarn') ?? '4', isBerry: true};
	}
	if (files.has('yarn.lock')) return {name: 'yarn', version: engine('yarn') ?? '1'};
	if (files.has('package-lock.json') || files.has('npm-shrinkwrap.json')) return {name: 'npm'};
	for (const name of ['pnpm', 'bun', 'yarn'] as const) {
		const version = engine(name);
		if (version) return {name, version, isBerry: name === 'yarn' && !/^\D*1\b/.test(version)};
	}
	if (files.has('pnpm-workspace.yaml')) return {name: 'pnpm', version: pnpmFor(undefined)};
	const isForBun = files.has('bunfig.toml') || /(?:^|&&\s*)bun\s/.test(manifest.scripts['start'] ?? '');
	if (isForBun) return {name: 'bun', version: '1'};
	return {name: 'npm'};
}

const inFolder = (folder: string) => (/^[\w./@-]+$/.test(folder) ? folder : singleQuoted(folder));

async function berry(files: SourceFiles, version: string | undefined): Promise<NodeManager> {
	const settings = `${(await files.read('.yarnrc.yml')) ?? (await files.read('.yarnrc.yaml')) ?? ''}`;
	const hasLoader = !/^nodeLinker:\s*["']?(?:node-modules|pnpm)/m.test(settings);
	const isLocked = files.has('yarn.lock');
	return {
		name: 'yarn',
		version,
		package: '@yarnpkg/cli-dist',
		install: isLocked ? 'yarn install --immutable' : 'yarn install --no-immutable',
		installProduction: 'yarn workspaces focus --all --production',
		// The loader reads packages from the cache at run time, so the cache must stay in the image.
		...(!hasLoader && {cache: {target: '/root/.yarn/berry/cache'}}),
		environment: {YARN_ENABLE_GLOBAL_CACHE: hasLoader ? 'false' : 'true', YARN_ENABLE_TELEMETRY: 'false'},
		runScript: (script, folder) => `yarn ${folder ? `--cwd ${inFolder(folder)} ` : ''}run ${script}`,
		hasLoader,
	};
}

/**
 * The package manager of a source: the `packageManager` field, else the lock file, else `engines`, else npm. Versions are
 * exact where `packageManager` gives one.
 */
export async function readManager(files: SourceFiles, manifest: NodePackage): Promise<NodeManager> {
	const {name, version, isBerry} = await chooseManager(files, manifest);
	switch (name) {
		case 'pnpm': {
			const install = `pnpm install ${files.has('pnpm-lock.yaml') ? '--frozen-lockfile' : '--no-frozen-lockfile'}`;
			return {
				name,
				version,
				package: 'pnpm',
				install,
				installProduction: `${install} --prod`,
				cache: {target: '/pnpm/store'},
				// Running a script must not install the dependencies again.
				environment: {NPM_CONFIG_STORE_DIR: '/pnpm/store', NPM_CONFIG_VERIFY_DEPS_BEFORE_RUN: 'false'},
				runScript: (script, folder) =>
					folder ? `pnpm --filter ${inFolder(`./${folder}...`)} run ${script}` : `pnpm run ${script}`,
				hasLoader: false,
			};
		}
		case 'bun': {
			const isLocked = files.has('bun.lock') || files.has('bun.lockb');
			const install = `bun install${isLocked ? ' --frozen-lockfile' : ''}`;
			return {
				name,
				version,
				package: 'bun',
				install,
				installProduction: `${install} --production`,
				cache: {target: '/root/.bun/install/cache'},
				environment: {},
				runScript: (script, folder) => `bun run ${folder ? `--cwd ${inFolder(folder)} ` : ''}${script}`,
				hasLoader: false,
			};
		}
		case 'yarn': {
			if (isBerry) return berry(files, version);
			const install = `yarn install${files.has('yarn.lock') ? ' --frozen-lockfile' : ''} --non-interactive`;
			return {
				name,
				version,
				package: 'yarn',
				install,
				installProduction: `${install} --production`,
				cache: {target: '/usr/local/share/.cache/yarn', isLocked: true},
				environment: {},
				runScript: (script, folder) => `yarn ${folder ? `--cwd ${inFolder(folder)} ` : ''}run ${script}`,
				hasLoader: false,
			};
		}
		case 'npm': {
			const isLocked = files.has('package-lock.json') || files.has('npm-shrinkwrap.json');
			const install = isLocked ? 'npm ci' : 'npm install';
			return {
				name,
				install,
				installProduction: `${install} --omit=dev`,
				cache: {target: '/root/.npm'},
				environment: {NPM_CONFIG_FUND: 'false', NPM_CONFIG_AUDIT: 'false', NPM_CONFIG_UPDATE_NOTIFIER: 'false'},
				runScript: (script, folder) => `npm run ${script}${folder ? ` --workspace ${inFolder(folder)}` : ''}`,
				hasLoader: false,
			};
		}
	}
}
