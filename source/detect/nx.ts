import {posix} from 'node:path';
import {literalOption, readConfig, safeFolder} from './config-text.ts';
import {angularTarget} from './frameworks/angular.ts';
import {type Framework, nothing, server, site} from './frameworks/framework.ts';
import {type Fields, fieldsOf, textOf} from './json-fields.ts';
import type {NodeApp} from './node-app.ts';
import {parseRelaxed} from './relaxed-json.ts';
import {filesBelow, joinPath, type SourceFiles} from './source-files.ts';

/** An application of an Nx workspace, built from the workspace's root. */
export type NxApplication = {
	readonly name: string;
	/** Its folder in the workspace; empty for the root. */
	readonly folder: string;
	readonly app: NodeApp;
};

/** A project as its project.json describes it. */
type Project = {readonly name: string; readonly folder: string; readonly build: Fields};

async function readProject(files: SourceFiles, path: string): Promise<Project | undefined> {
	const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
	let fields: Fields;
	try {
		fields = fieldsOf(parseRelaxed((await files.read(path)) ?? ''));
	} catch {
		return undefined;
	}
	const name = textOf(fields['name']) ?? folder.split('/').at(-1)!;
	// Names and folders become parts of commands.
	const isPlain = [name, folder].every(text => /^[\w@./-]*$/.test(text)) && name !== '';
	const isTest = /(?:^|[-/])e2e$/.test(name) || /(?:^|[-/])e2e$/.test(folder);
	if (fields['projectType'] !== 'application' || isTest || !isPlain) return undefined;
	return {name, folder, build: fieldsOf(fieldsOf(fields['targets'] ?? fields['architect'])['build'])};
}

/** What a target makes, by the program that its executor runs. */
function byExecutor({name, folder, build}: Project): Framework | undefined {
	const executor = textOf(build['executor']) ?? textOf(build['builder']);
	if (executor === undefined) return undefined;
	if (/angular/.test(executor)) return angularTarget(name, build);
	const options = fieldsOf(build['options']);
	const out = safeFolder(textOf(options['outputPath'])) ?? joinPath('dist', folder || name);
	if (/\bnext:build$/.test(executor)) return {name: 'Next', made: server(`npx next start ${out}`)};
	if (/\bvite:build$/.test(executor)) return {name: 'Vite', made: site(out)};
	const isBundled = /\b(?:webpack|rspack|esbuild|node|rollup)(?::|$)/.test(executor);
	const isForNode = options['target'] === 'node' || /\b(?:esbuild|node)(?::|$)/.test(executor);
	if (/\bjs:(?:tsc|swc)$/.test(executor)) return {name: 'Node', made: server(`node ${out}/src/main.js`)};
	if (!isBundled) return undefined;
	const file = textOf(options['outputFileName']) ?? 'main.js';
	return isForNode ? {name: 'Node', made: server(`node ${out}/${file}`)} : {name: 'Webpack', made: site(out)};
}

/** Folder that a configuration names relative to its own. */
const outOf = (folder: string, out: string): string | undefined => safeFolder(posix.join(folder, out));

/** The first folder of a target's `outputs`. */
function outputsOf({folder, build}: Project): string | undefined {
	const [first] = Array.isArray(build['outputs']) ? (build['outputs'] as readonly unknown[]) : [];
	const path = textOf(first)
		?.replace('{workspaceRoot}/', '')
		.replace('{projectRoot}', folder || '.');
	return path === undefined || /[{*]/.test(path) ? undefined : safeFolder(path);
}

/** What a target that Nx infers makes, by the configuration that it infers it from. */
async function byConfiguration(all: SourceFiles, project: Project): Promise<Framework | undefined> {
	const {folder} = project;
	const files = filesBelow(all, folder);
	if (await readConfig(files, 'next.config')) return {name: 'Next', made: server(`npx next start ${folder || '.'}`)};
	const vite = await readConfig(files, 'vite.config');
	if (vite) {
		const made = outputsOf(project) ?? outOf(folder, literalOption(vite.text, 'outDir') ?? 'dist');
		return made === undefined ? undefined : {name: 'Vite', made: site(made)};
	}
	if (await readConfig(files, 'rsbuild.config'))
		return {name: 'Rsbuild', made: site(outputsOf(project) ?? joinPath(folder, 'dist'))};
	const webpack = (await readConfig(files, 'webpack.config')) ?? (await readConfig(files, 'rspack.config'));
	if (!webpack) return undefined;
	const out = outputsOf(project) ?? outOf(folder, literalOption(webpack.text, 'path') ?? 'dist');
	if (out === undefined) return undefined;
	const isForNode = literalOption(webpack.text, 'target') === 'node';
	return isForNode ? {name: 'Node', made: server(`node ${out}/main.js`)} : {name: 'Webpack', made: site(out)};
}

async function describe(files: SourceFiles, project: Project): Promise<NxApplication> {
	const {name, folder} = project;
	const unknown = nothing(
		`Nothing says what nx build ${name} makes: set run.command, or kind and build.outputDirectory.`,
	);
	const found = byExecutor(project) ??
		(await byConfiguration(files, project)) ?? {name: 'an unknown target', made: unknown};
	const about = {framework: `Nx application ${name}, ${found.name}`, build: `npx nx build ${name}`, doubts: []};
	const {made} = found;
	if (made.type === 'site') return {name, folder, app: {...about, site: made.folder}};
	if (made.type === 'nothing') return {name, folder, app: {...about, problem: made.problem}};
	return {name, folder, app: {...about, ...(made.start !== undefined && {start: made.start})}};
}

/** The applications of an Nx workspace, as each project.json describes them; empty if the source is none. */
export async function readNxApplications(files: SourceFiles): Promise<NxApplication[]> {
	if (!files.has('nx.json')) return [];
	const paths = files.paths
		.filter(path => /(?:^|\/)project\.json$/.test(path) && !path.includes('node_modules/'))
		.sort();
	const projects = await Promise.all(paths.map(path => readProject(files, path)));
	return Promise.all(projects.flatMap(project => project ?? []).map(project => describe(files, project)));
}

/** What the root of an Nx workspace runs: its only application, or the reason why that is open. */
export async function findNxApp(files: SourceFiles): Promise<NodeApp | undefined> {
	const [first, ...others] = await readNxApplications(files);
	if (first === undefined || others.length === 0) return first?.app;
	const names = [first, ...others].map(({name}) => name).join(', ');
	const problem = `The Nx workspace has several applications (${names}): set build.command to npx nx build NAME, and run.command or kind and build.outputDirectory.`;
	return {framework: 'Nx', problem, doubts: []};
}
