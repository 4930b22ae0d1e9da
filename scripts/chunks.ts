import {existsSync, globSync} from 'node:fs';
import {relative, sep} from 'node:path';
import {leanIds} from './lean-modules.ts';

/** Files that are bundled and loaded together. docs/performance.md explains the groups. */
type Chunk = {
	readonly name: string;
	/** For a file in several chunks, the one with the highest priority gets it. */
	readonly priority: number;
	/** Paths in the repository: files, or globs with `*` and `**`. */
	readonly sources: readonly string[];
	/** Whole folders below node_modules. */
	readonly packages?: readonly string[];
	/** Virtual modules of the bundler, by the prefix of their id. */
	readonly virtual?: readonly string[];
	/** Excluded paths. */
	readonly without?: readonly string[];
};

const chunks: readonly Chunk[] = [
	{
		name: 'first',
		priority: 5,
		virtual: leanIds,
		sources: [
			'source/errors.ts',
			'source/hint.ts',
			'source/render-hint.ts',
			'source/command-names.ts',
			'source/console/broken-pipe.ts',
			'source/commands/exit-code.ts',
			'source/workspace/invocation.ts',
		],
	},
	{
		name: 'base',
		priority: 4,
		packages: ['chalk'],
		sources: [
			'source/settings/settings.ts',
			'source/settings/acme.ts',
			'source/settings/backup-stores.ts',
			'source/settings/notify-targets.ts',
			'source/settings/setting-rules.ts',
			'source/settings/setting-table.ts',
			'source/settings/settings-file.ts',
			'source/settings/configuration-directory.ts',
			'source/settings/machines.ts',
			'source/state/engine-record-folder.ts',
			'source/programs.ts',
			'source/nearest.ts',
			'source/counted.ts',
			'source/descriptor/names.ts',
			'source/descriptor/load.ts',
			'source/descriptor/discover.ts',
			'source/descriptor/files-hash.ts',
			'source/descriptor/project-cache.ts',
			'source/descriptor/project.ts',
			'source/descriptor/schedules.ts',
			'source/descriptor/steering-names.ts',
			'source/descriptor/yaml/bytes.ts',
			'source/descriptor/rules/raw.ts',
			'source/cache-file.ts',
			'source/clock.ts',
			'source/workspace/flags.ts',
			'source/model/**',
			'source/output/**',
			'source/plan/approval.ts',
			'source/refresh/plan-request.ts',
			'source/workspace/request.ts',
			'source/ui/dashboard/lookups.ts',
			'source/ui/dashboard/rows.ts',
			'source/ui/logs/log-*.ts',
			'source/ui/logs/pool-view.ts',
			'source/ui/parts/store.ts',
		],
		without: ['source/output/logs/*.ts', 'source/ui/logs/log-store.ts'],
	},
	// Everything that draws, except what other commands use too (above) and Ink's developer tools.
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
			'source/engine/**',
			'source/router/**',
			'source/state/**',
			'source/plan/**',
			'source/refresh/begin-reading.ts',
			'source/refresh/read-probes.ts',
			'source/workspace/workspace.ts',
			'source/workspace/state-place.ts',
		],
	},
	// The parser, and the definitions that most runs need. Those of the other commands are separate files.
	{
		name: 'program',
		priority: 2.5,
		packages: ['commander'],
		sources: [
			'source/commands/run-command-line.ts',
			'source/commands/program.ts',
			'source/commands/assert-command.ts',
			'source/commands/definitions/definition.ts',
			'source/commands/definitions/deploy.ts',
			'source/commands/definitions/flags.ts',
			'source/commands/definitions/load.ts',
			'source/commands/definitions/parse.ts',
		],
	},
	{name: 'descriptor', priority: 2, packages: ['yaml', 'zod'], sources: ['source/descriptor/**']},
	// What lists the files of a service, for plans and for init.
	{
		name: 'source',
		priority: 1.5,
		sources: [
			'source/build/choose.ts',
			'source/build/context.ts',
			'source/build/context-entry.ts',
			'source/build/git-ignore.ts',
			'source/build/open-file.ts',
			'source/build/paths.ts',
			'source/build/railpack/find-railpack.ts',
			'source/build/select-source.ts',
			'source/build/walk-source.ts',
			'source/build/dockerfile.ts',
			'source/build/dockerfile-place.ts',
			'source/build/dockerfile-words.ts',
			'source/build/limit.ts',
		],
	},
	{
		name: 'planning',
		priority: 1,
		sources: [
			'source/apply/lock-environment.ts',
			'source/apply/recovery/leftover-records.ts',
			'source/build/docker-ignore.ts',
			'source/build/plan-build.ts',
			'source/refresh/refresh.ts',
		],
	},
	// What every command that applies needs before its question.
	{
		name: 'asking',
		priority: 0.8,
		sources: [
			'source/console/approve.ts',
			'source/console/dialogue.ts',
			'source/console/report-applied.ts',
			'source/workspace/hold-environment.ts',
		],
	},
	// What an approved build needs before the engine gets it. The steps are loaded while the engine builds.
	{
		name: 'early-builds',
		priority: 0.5,
		sources: [
			'source/apply/early-builds.ts',
			'source/apply/graph/*.ts',
			'source/apply/running-build.ts',
			'source/apply/session.ts',
			'source/apply/state-keeper.ts',
			'source/apply/step-error.ts',
			'source/build/archive.ts',
			'source/build/build-log.ts',
			'source/build/build-log-file.ts',
			'source/build/run-build.ts',
		],
		without: ['source/apply/graph/run-step.ts'],
	},
];

/** The files of a pattern. Throws if there is none: a renamed file would silently change what a command loads. */
function filesOf(pattern: string, chunk: string): string[] {
	const files = globSync(pattern).filter(path => /\.[cm]?[jt]sx?$/.test(path));
	if (files.length === 0) throw new Error(`The chunk ${chunk} names ${pattern}, which matches no file.`);
	return files.map(path => path.split(sep).join('/'));
}

/** The groups in rolldown's form. Throws if a name in them matches nothing. */
export function chunkGroups(groups: readonly Chunk[] = chunks) {
	return groups.map(({name, priority, sources, packages = [], virtual = [], without = []}) => {
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
