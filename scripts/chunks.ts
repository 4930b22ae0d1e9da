import {existsSync, globSync} from 'node:fs';
import {relative, sep} from 'node:path';

/** Files that are bundled, and so loaded, together. docs/performance.md explains the groups. */
type Chunk = {
	readonly name: string;
	/** Higher wins for a file that several chunks name. */
	readonly priority: number;
	/** Paths in the repository: files, or with `*` and `**` what a glob means. */
	readonly sources: readonly string[];
	/** Folders below node_modules, as a whole. */
	readonly packages?: readonly string[];
	/** Modules that only the bundler knows, by what their id begins with. */
	readonly virtual?: readonly string[];
	/** Paths that another rule takes out again. */
	readonly without?: readonly string[];
};

const chunks: readonly Chunk[] = [
	{
		name: 'first',
		priority: 5,
		virtual: ['\0lean:', '\0required:', '\0stub:'],
		sources: [
			'source/errors.ts',
			'source/hint.ts',
			'source/render-hint.ts',
			'source/command-names.ts',
			'source/console/broken-pipe.ts',
			'source/workspace/invocation.ts',
		],
	},
	{
		name: 'base',
		priority: 4,
		packages: ['chalk'],
		sources: [
			'source/settings.ts',
			'source/setting-rules.ts',
			'source/setting-table.ts',
			'source/settings-file.ts',
			'source/programs.ts',
			'source/nearest.ts',
			'source/counted.ts',
			'source/model/**',
			'source/output/**',
			'source/plan/approval.ts',
			'source/ui/dashboard/lookups.ts',
			'source/ui/dashboard/rows.ts',
			'source/ui/logs/log-*.ts',
			'source/ui/logs/pool-view.ts',
			'source/ui/parts/store.ts',
		],
		without: ['source/ui/logs/log-store.ts'],
	},
	// All that draws, but what is above because other commands use it too, and Ink's tools for its own developers.
	{
		name: 'screens',
		priority: 3.5,
		packages: ['ink/build', 'react'],
		sources: ['source/ui/**', 'source/dashboard/open.ts', 'source/commands/show-dashboard.ts'],
		without: ['node_modules/ink/build/devtools*'],
	},
	{
		name: 'engine',
		priority: 3,
		packages: ['dockerode', 'docker-modem'],
		sources: [
			'source/cache-file.ts',
			'source/engine/**',
			'source/router/**',
			'source/state/**',
			'source/plan/**',
			'source/refresh/begin-reading.ts',
			'source/workspace/workspace.ts',
			'source/descriptor/load.ts',
			'source/descriptor/discover.ts',
			'source/descriptor/files-hash.ts',
			'source/descriptor/project-cache.ts',
			'source/descriptor/project.ts',
			'source/descriptor/schedules.ts',
			'source/descriptor/steering-names.ts',
			'source/descriptor/yaml/bytes.ts',
		],
	},
	{name: 'descriptor', priority: 2, packages: ['yaml', 'zod'], sources: ['source/descriptor/**']},
	{name: 'planning', priority: 1, sources: ['source/build/plan-build.ts', 'source/refresh/refresh.ts']},
];

/** The files of a pattern. Throws when there is none: a renamed file would change what a command loads in silence. */
function filesOf(pattern: string, chunk: string): string[] {
	const files = globSync(pattern).filter(path => /\.[cm]?[jt]sx?$/.test(path));
	if (files.length === 0) throw new Error(`The chunk ${chunk} names ${pattern}, which matches no file.`);
	return files.map(path => path.split(sep).join('/'));
}

/** The groups as rolldown takes them. Throws when a name in them matches nothing. */
export function chunkGroups() {
	return chunks.map(({name, priority, sources, packages = [], virtual = [], without = []}) => {
		const files = new Set(sources.flatMap(pattern => filesOf(pattern, name)));
		const excluded = new Set(without.flatMap(pattern => filesOf(pattern, name)));
		for (const folder of packages)
			if (!existsSync(`node_modules/${folder}`))
				throw new Error(`The chunk ${name} names the package ${folder}, which is not installed.`);
		return {
			name,
			priority,
			test(id: string): boolean {
				if (virtual.some(start => id.startsWith(start))) return true;
				const path = relative(process.cwd(), id).split(sep).join('/');
				if (excluded.has(path)) return false;
				return files.has(path) || packages.some(folder => path.startsWith(`node_modules/${folder}/`));
			},
		};
	});
}
