import {expect, test} from 'vitest';
import {planBuild} from '../../source/build/plan-build.ts';
import type {Project} from '../../source/descriptor/project.ts';
import {findPort} from '../../source/detect/port.ts';
import type {DetectedService} from '../../source/init/detect.ts';
import {describeInit} from '../../source/init/init.ts';
import {makeTree} from '../build/tree.ts';
import {read} from '../descriptor/support.ts';

type Sources = Readonly<Record<string, string | object>>;

const treeOf = (sources: Sources): string =>
	makeTree(
		Object.fromEntries(
			Object.entries(sources).map(([path, content]) => [
				path,
				typeof content === 'string' ? content : JSON.stringify(content),
			]),
		),
	);

/** What the build does with a service of the descriptor that init writes, or why it cannot. */
async function buildOf(project: Project, name: string): Promise<Readonly<Record<string, string>> | string> {
	try {
		const {manifest} = await planBuild({
			project,
			service: project.services.find(service => service.name === name)!,
			findImage: async () => undefined,
			readArchitecture: async () => '',
			findRailpack: async () => ({missing: 'railpack not found'}),
			buildArgs: {},
		});
		return {...(manifest.inputs.detected?.commands ?? {dockerfile: manifest.inputs.dockerfile})};
	} catch (error) {
		return (error as Error).message;
	}
}

const shown = ({name, kind, evidence, start, details, ...rest}: DetectedService): string =>
	[
		`${name} ${kind} from ${evidence}`,
		start && (start.type === 'unknown' ? 'start unknown' : `${start.type}: ${start.command}`),
		rest.buildCommand && `build: ${rest.buildCommand}`,
		rest.outputDirectory && `serve: ${rest.outputDirectory}`,
		details.port && `port ${details.port}`,
		details.exposes && `exposes ${details.exposes}`,
		rest.problem,
	]
		.filter(Boolean)
		.join(' | ');

const initOf = async (sources: Sources) => {
	const directory = treeOf(sources);
	const {text, services} = await describeInit(directory, 'shop');
	return {text, services, project: read(text, undefined, {directory})};
};

const start = (command: string) => ({scripts: {start: command}});
const site = {'package.json': {scripts: {build: 'vite build'}}, 'vite.config.ts': ''};

test.each<[string, Sources, string]>([
	['npm', {'package.json': start('node a.js'), 'package-lock.json': ''}, 'web web from package.json | said: node a.js'],
	[
		'a script before the start',
		{'package.json': {scripts: {prestart: 'npm run migrate', start: 'node a.js'}}},
		'web web from package.json | said: npm run migrate && node a.js',
	],
	[
		'an empty start script',
		{'package.json': start(''), 'server.js': ''},
		'web web from package.json | guessed: node server.js',
	],
	[
		'a main that a shell would misread',
		{'package.json': {main: 'a b.js'}},
		'web web from package.json | start unknown',
	],
	[
		'a file that Bun would run',
		{'package.json': {}, 'bun.lock': '', 'server.ts': ''},
		'web web from package.json | guessed: bun server.ts',
	],
	[
		'a port in a start script',
		{'package.json': start('PORT=4000 node server.js')},
		'web web from package.json | said: PORT=4000 node server.js | port 4000',
	],
	[
		'a port in a Procfile, which comes before the start script',
		{'package.json': start('next start -p 4000'), Procfile: 'web: node a.js --port 5000'},
		'web web from package.json | said: node a.js --port 5000 | port 5000',
	],
	[
		'a site that names its folder, and pnpm',
		{...site, 'vite.config.ts': "outDir: 'out'", 'pnpm-lock.yaml': ''},
		'web static from package.json | build: pnpm run build | serve: out',
	],
	[
		'a site of Create React App, whose start script is for development',
		{
			'package.json': {
				scripts: {start: 'react-scripts start', build: 'react-scripts build'},
				dependencies: {'react-scripts': '5'},
			},
			'yarn.lock': '',
		},
		'web static from package.json | build: yarn run build | serve: build',
	],
	[
		'an exported Next app',
		{'package.json': {scripts: {build: 'next build'}}, 'next.config.js': 'output: "export"'},
		'web static from package.json | build: npm run build | serve: out',
	],
	[
		'an Astro app with a server',
		{
			'package.json': {scripts: {build: 'astro build'}, dependencies: {astro: '5'}},
			'astro.config.mjs': 'output: "server"',
		},
		'web web from package.json | astro.config.mjs asks for a server and names no adapter. Use @astrojs/node.',
	],
	[
		'SvelteKit, which only builds with Vite',
		{
			...site,
			'package.json': {scripts: {build: 'vite build'}, devDependencies: {vite: '8', '@sveltejs/kit': '2'}},
			'svelte.config.js': "import adapter from '@sveltejs/adapter-node';",
		},
		'web web from package.json | said: node build',
	],
	[
		'SvelteKit without an adapter for Node',
		{
			'package.json': {scripts: {build: 'vite build'}, devDependencies: {vite: '8', '@sveltejs/kit': '2'}},
			'svelte.config.js': "import adapter from '@sveltejs/adapter-auto';",
		},
		'web web from package.json | svelte.config.js uses adapter-auto, which makes no server here. Use @sveltejs/adapter-node for a server, or @sveltejs/adapter-static for files.',
	],
	[
		'a package whose framework has to be built, without a build script',
		{'package.json': {dependencies: {next: '16'}}},
		'web web from package.json | said: next start',
	],
	['a script for bash', {'start.sh': '#!/bin/bash'}, 'web web from start.sh | said: bash start.sh'],
	[
		'a script for a shell that nobody packages',
		{'start.sh': '#!/usr/bin/env nu'},
		'web web from start.sh | start.sh is run by nu, which the built-in builder does not install: add a Dockerfile, or name its Debian package in build.packages.runtime.',
	],
	[
		'a manifest in JSON5',
		{'package.json5': "{scripts: {start: 'node a.js',},}"},
		'web web from package.json5 | said: node a.js',
	],
	[
		'a manifest in YAML',
		{'package.yaml': 'scripts:\n  start: node a.js\n'},
		'web web from package.yaml | said: node a.js',
	],
	[
		'a broken manifest in YAML',
		{'package.yaml': 'a: [b'},
		'web web from package.yaml | package.yaml cannot be read: it is not a YAML object.',
	],
	['a site with a Procfile', {...site, Procfile: 'web: x'}, 'web web from package.json | said: x'],
	[
		'Python with a manifest and no main file',
		{'requirements.txt': 'flask'},
		'web web from requirements.txt | start unknown',
	],
	[
		'Python beside a package.json for its assets',
		{'app.py': '', 'pyproject.toml': '', 'package.json': start('vite')},
		'web web from pyproject.toml | said: python app.py',
	],
	['a lone Python file', {'server.py': ''}, 'web web from server.py | said: python server.py'],
	[
		'Go with several main packages, and a package.json for its assets',
		{'go.mod': 'go 1.24', 'cmd/web/main.go': '', 'cmd/api/main.go': '', 'package.json': start('vite')},
		'web web from go.mod | said: ./out',
	],
	[
		'Go without a main package',
		{'go.mod': 'go 1.24', 'lib/a.go': ''},
		'web web from go.mod | It has no main package: set build.command.',
	],
	['a page', {'index.html': '', Procfile: 'web: x'}, 'web web from index.html'],
	['a folder of pages', {'public/a.html': ''}, 'web web from public/'],
	[
		'a Staticfile that names no folder',
		{Staticfile: 'root: gone', 'index.html': ''},
		'web web from Staticfile | root "gone" in the Staticfile is not a folder of the source.',
	],
	[
		'a source that Git ignores',
		{'package.json': start('node a.js'), '.gitignore': 'package.json'},
		'web web from package.json | No file in the build context says how to build it: check .gitignore.',
	],
	['a script', {'start.sh': ''}, 'web web from start.sh | said: sh start.sh'],
	[
		'PHP beside a package.json for its assets',
		{'composer.json': '', 'package.json': start('vite')},
		'web web from composer.json | The built-in builder does not know PHP: add a Dockerfile, or install the Railpack CLI and docker buildx.',
	],
	[
		'a broken package.json',
		{'package.json': '{'},
		'web web from package.json | package.json cannot be read: it is not a JSON object.',
	],
	[
		'a Dockerfile, beside anything',
		{Dockerfile: 'FROM a AS b\nEXPOSE 1\nFROM c\n# EXPOSE 2\nEXPOSE \\\n 53/udp 80/tcp 443\n', ...site},
		'web web from Dockerfile | exposes 80',
	],
])('init proposes what the build does with %s', async (_name, sources, expected) => {
	const {services, project} = await initOf(sources);
	expect(services.map(shown)).toEqual([expected]);
	const [service] = services;
	const build = await buildOf(project, 'web');
	if (typeof build === 'string') {
		expect(build).toMatch(
			/has no start command|cannot run here|does not support|cannot be read|is not a folder|Cannot detect how to build/,
		);
		expect(service!.problem !== undefined || service!.start?.type === 'unknown').toBe(true);
		return;
	}
	expect([service!.problem, service!.start?.type === 'unknown']).toEqual([undefined, false]);
	const command = service!.start && 'command' in service!.start ? service!.start.command : undefined;
	expect(build['start']).toBe(command);
	expect(findPort(build['start'])).toBe(service!.details.port);
	if (service!.outputDirectory)
		expect([build['build'], build['serve']]).toEqual([service!.buildCommand, service!.outputDirectory]);
});

const workspace: Sources = {
	'package.json': {private: true, workspaces: ['apps/*', '!apps/old']},
	'apps/api/package.json': {name: 'api', scripts: {start: 'node api.js'}},
	'apps/site/package.json': {name: 'site', scripts: {build: 'vite build --outDir www'}},
	'apps/old/package.json': {name: 'old'},
};

test.each<[string, Sources, string]>([
	['npm', {}, 'npm run build --workspace apps/site'],
	[
		'the packageManager field',
		{'package.json': {workspaces: ['apps/*'], packageManager: 'yarn@4.1.0'}},
		'yarn --cwd apps/site run build',
	],
	['bun.lockb', {'bun.lockb': ''}, 'bun run --cwd apps/site build'],
	[
		'pnpm-workspace.yaml without a lock file',
		{'package.json': {}, 'pnpm-workspace.yaml': 'packages: [apps/*]'},
		'pnpm --filter ./apps/site... run build',
	],
])('the packages of a workspace are built by the manager that installs them: %s', async (_name, more, command) => {
	const {services, project} = await initOf({...workspace, ...more});
	const found = Object.fromEntries(services.map(service => [service.name, service]));
	expect(found['site']).toMatchObject({kind: 'static', buildCommand: command, outputDirectory: 'www'});
	expect(await buildOf(project, 'site')).toMatchObject({build: command, serve: 'apps/site/www'});
	expect(found['api']!.start).toEqual({type: 'said', command: "cd 'apps/api' && node api.js"});
	expect(await buildOf(project, 'api')).toMatchObject({start: "cd 'apps/api' && node api.js"});
});

test('a package that a workspace excludes is a separate source', async () => {
	const {services} = await initOf(workspace);
	expect(services.filter(({include}) => !include).map(({path}) => path)).toEqual(['apps/old']);
});

test('a package of a workspace gets what its install and its Node version come from', async () => {
	const {services, project} = await initOf({
		...workspace,
		'.nvmrc': '22',
		'.yarnrc.yml': 'nodeLinker: node-modules',
		'.yarn/releases/yarn.cjs': '',
		'README.md': '',
	});
	const api = services.find(({name}) => name === 'api')!;
	expect(api.include).toEqual(['package.json', '.yarnrc.yml', '.nvmrc', '.yarn/releases']);
	const planned = await planBuild({
		project,
		service: project.services.find(({name}) => name === 'api')!,
		findImage: async () => undefined,
		readArchitecture: async () => '',
		findRailpack: async () => ({missing: 'x'}),
		buildArgs: {},
	});
	expect(planned.manifest.inputs.detected?.versions).toEqual({node: '22', yarn: '4'});
});

test("a Procfile in a package's folder is not read, because commands run in the root of the workspace", async () => {
	const {services, project} = await initOf({
		...workspace,
		'apps/api/package.json': {name: 'api'},
		'apps/api/Procfile': 'web: node x.js',
	});
	expect(services.find(({name}) => name === 'api')!.start).toEqual({type: 'unknown'});
	expect(await buildOf(project, 'api')).toContain('has no start command');
});

test('a start script of the root of a workspace runs for each of its packages', async () => {
	const {services, project} = await initOf({
		...workspace,
		'package.json': {workspaces: ['apps/*'], scripts: {start: 'turbo start --port 4000'}},
	});
	const api = services.find(({name}) => name === 'api')!;
	expect(shown(api)).toBe('api web from package.json | said: turbo start --port 4000 | port 4000');
	expect(await buildOf(project, 'api')).toMatchObject({start: 'turbo start --port 4000'});
});

test('a name of a file does not end the comment that it stands in', async () => {
	const {text, project} = await initOf({'a\nname: evil #.csproj': ''});
	expect(text).toContain('Built from a name: evil #.csproj.\n');
	expect(project.name).toBe('shop');
});

test('a command that YAML would misread is quoted', async () => {
	const {project} = await initOf({
		'package.json': {workspaces: ['apps/*']},
		"apps/it's: a #1/package.json": {scripts: {build: 'vite build'}},
	});
	expect(project.services.map(({build}) => build.command)).toEqual([`npm run build --workspace 'apps/it'\\''s: a #1'`]);
});
