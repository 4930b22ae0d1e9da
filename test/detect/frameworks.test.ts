import {expect, test} from 'vitest';
import {readProgram} from '../../source/detect/program.ts';
import {makeSource, type Sources} from '../build/recipe.ts';

/** What the detector finds, in one line: the framework, then what is started or served, the build, and the guesses. */
async function found(sources: Sources, serviceFolder = ''): Promise<string> {
	const program = await readProgram(makeSource(sources), serviceFolder);
	if (!program) return 'nothing';
	const {framework, start, site, problem, doubts = []} = program;
	return [
		framework,
		start && `start: ${start}`,
		site && `site: ${site.folder}`,
		site?.build && `build: ${site.build}`,
		problem && `problem: ${problem}`,
		...doubts.map(doubt => `guessed: ${doubt}`),
	]
		.filter(Boolean)
		.join(' | ');
}

/** A package with these dependencies, built by `tool build`, and more files. */
const app = (dependencies: string, build: string, more: Sources = {}, scripts: object = {}): Sources => ({
	'package.json': {
		scripts: {build, ...scripts},
		dependencies: Object.fromEntries(dependencies.split(' ').map(name => [name, '1'])),
	},
	...more,
});

const start = (sources: Sources, command: string): Sources => {
	const manifest = sources['package.json'] as {scripts: object};
	return {...sources, 'package.json': {...manifest, scripts: {...manifest.scripts, start: command}}};
};

const kit = (adapter: string, more = '') =>
	app('@sveltejs/kit vite', 'vite build', {
		'svelte.config.js': `import adapter from '${adapter}';\nexport default {kit: {adapter: adapter(${more})}};`,
		'vite.config.ts': "import {sveltekit} from '@sveltejs/kit/vite';",
	});
const next = (config: string) => app('next react', 'next build', {'next.config.ts': config});
const nuxt = (config: string, build = 'nuxt build') => app('nuxt', build, {'nuxt.config.ts': config});
const astro = (config: string, more: Sources = {}) =>
	app('astro', 'astro build', {'astro.config.mjs': config, ...more});
const node = "import node from '@astrojs/node';";
const router = (config: string) =>
	app('@react-router/dev @react-router/serve', 'react-router build', {'react-router.config.ts': config});
const start1 = (config: string, more = '') =>
	app(`@tanstack/react-start ${more}`.trim(), 'vite build', {'vite.config.ts': config});
const solid = (config: string) => app('@solidjs/start vinxi', 'vinxi build', {'app.config.ts': config});
const qwik = (...adapters: string[]) =>
	app(
		'@builder.io/qwik-city',
		'qwik build',
		Object.fromEntries(adapters.map(name => [`adapters/${name}/vite.config.ts`, ''])),
	);
const angular = (options: object, builder = '@angular/build:application') =>
	app('@angular/core', 'ng build', {
		'angular.json': {projects: {shop: {projectType: 'application', architect: {build: {builder, options}}}}},
	});
const vite = (config: string, more: Sources = {}) => app('vite', 'vite build', {'vite.config.ts': config, ...more});
const expo = (web: object, dependencies = 'expo react-native react-native-web') =>
	start(app(dependencies, '', {'app.json': {expo: {web}}}), 'expo start');
const builds = 'build: npm run build';

test.each<[expected: string, Sources]>([
	// Next
	['Next | start: next start', next("export default {output: 'standalone'}")],
	['Next | start: next start', next("// output: 'export'\nexport default {}")],
	[`Next with output: export | site: out | ${builds}`, next("export default {output: 'export'}")],
	[`Next with output: export | site: www | ${builds}`, next("export default {output: 'export', distDir: 'www'}")],
	[`Next with output: export | site: out | ${builds}`, start(next("export default {output: 'export'}"), 'next start')],
	[
		'Next | start: next start | guessed: a server, because next.config.ts computes output: set kind, build.outputDirectory or run.command to change it',
		next("export default {output: process.env.STATIC ? 'export' : undefined}"),
	],
	// Nuxt
	['Nuxt | start: node .output/server/index.mjs', nuxt('export default {}')],
	[
		'Nuxt | start: node .output/server/index.mjs',
		start(nuxt('export default {primevue: {preset: Aura}}'), 'nuxt preview'),
	],
	['Nuxt | start: node .output/server/index.mjs', nuxt("export default {nitro: {preset: 'node-server'}}")],
	[`Nuxt with preset static | site: .output/public | ${builds}`, nuxt("export default {nitro: {preset: 'static'}}")],
	[`Nuxt with nuxt generate | site: .output/public | ${builds}`, nuxt('', 'nuxt generate')],
	[
		'Nuxt with preset vercel | problem: nuxt.config.ts sets the preset "vercel", which builds for another host. Set it to node-server, or to static for files.',
		nuxt("export default {nitro: {preset: 'vercel'}}"),
	],
	// Astro
	[`Astro | site: dist | ${builds}`, astro('')],
	[`Astro | site: www | ${builds}`, astro("export default {outDir: './www'}")],
	[
		`Astro | site: dist | ${builds}`,
		astro(`${node} export default {adapter: node({mode: 'standalone'})}`, {'src/pages/a.astro': ''}),
	],
	[
		'Astro with a server | start: HOST=0.0.0.0 node ./dist/server/entry.mjs',
		astro(`${node} export default {output: 'server', adapter: node({mode: 'standalone'})}`),
	],
	[
		'Astro with a server | start: HOST=0.0.0.0 node ./dist/server/entry.mjs',
		astro(`${node} export default {adapter: node({mode: 'standalone'})}`, {
			'src/pages/a.astro': '---\nexport const prerender = false;\n---',
		}),
	],
	[
		'Astro with a server | problem: Astro with a server is served by another program here, and nothing says which: name it in run.command.',
		astro(`${node} export default {output: 'server', adapter: node({mode: 'middleware'})}`),
	],
	[
		'Astro with a server | problem: astro.config.mjs uses @astrojs/vercel, which builds for another host. Use @astrojs/node.',
		astro("import v from '@astrojs/vercel'; export default {output: 'server', adapter: v()}"),
	],
	// SvelteKit
	['SvelteKit with adapter-node | start: node build', kit('@sveltejs/adapter-node')],
	['SvelteKit with adapter-node | start: node server', kit('@sveltejs/adapter-node', "{out: 'server'}")],
	['SvelteKit with adapter-node | start: node build', start(kit('@sveltejs/adapter-node'), 'vite preview')],
	[`SvelteKit with adapter-static | site: build | ${builds}`, kit('@sveltejs/adapter-static')],
	[`SvelteKit with adapter-static | site: www | ${builds}`, kit('@sveltejs/adapter-static', "{pages: 'www'}")],
	[
		'SvelteKit with adapter-auto | problem: svelte.config.js uses adapter-auto, which makes no server here. Use @sveltejs/adapter-node for a server, or @sveltejs/adapter-static for files.',
		kit('@sveltejs/adapter-auto'),
	],
	[
		'SvelteKit with adapter-vercel | problem: svelte.config.js uses @sveltejs/adapter-vercel, which builds for another host. Use @sveltejs/adapter-node for a server, or @sveltejs/adapter-static for files.',
		kit('@sveltejs/adapter-vercel'),
	],
	[
		'SvelteKit with adapter-node | start: node build | guessed: SvelteKit with adapter-node, one of several adapters in svelte.config.js: set kind, build.outputDirectory or run.command to change it',
		app('@sveltejs/kit', 'vite build', {
			'svelte.config.js': "import s from '@sveltejs/adapter-static';\nimport n from '@sveltejs/adapter-node';",
		}),
	],
	// React Router and Remix
	['React Router | start: react-router-serve ./build/server/index.js', router('export default {ssr: true}')],
	[`React Router with ssr: false | site: build/client | ${builds}`, router('export default {ssr: false}')],
	[
		'Remix | start: remix-serve ./build/server/index.js',
		app('@remix-run/dev @remix-run/serve', 'remix vite:build', {'vite.config.ts': 'plugins: [remix({})]'}),
	],
	[
		`Remix with ssr: false | site: build/client | ${builds}`,
		app('@remix-run/dev', 'remix vite:build', {'vite.config.ts': 'plugins: [remix({ssr: false})]'}),
	],
	['Remix | start: remix-serve ./build/index.js', app('@remix-run/dev @remix-run/serve', 'remix build')],
	// TanStack Start and SolidStart
	[
		'TanStack Start with Nitro | start: node .output/server/index.mjs',
		start1('plugins: [tanstackStart(), nitro()]', 'nitro'),
	],
	[
		`TanStack Start in SPA mode | site: dist/client | ${builds}`,
		start1('plugins: [tanstackStart({spa: {enabled: true}})]'),
	],
	[
		'TanStack Start with Nitro | start: node server.js',
		start(start1('plugins: [tanstackStart(), nitro()]', 'nitro'), 'node server.js'),
	],
	[
		'TanStack Start | problem: vite.config.ts uses @cloudflare/vite-plugin, which builds for another host. Use the Nitro plugin.',
		start1("import {cloudflare} from '@cloudflare/vite-plugin'; plugins: [tanstackStart()]"),
	],
	['SolidStart | start: node .output/server/index.mjs', solid('export default defineConfig({})')],
	[
		`SolidStart with preset static | site: .output/public | ${builds}`,
		solid("export default defineConfig({server: {preset: 'static'}})"),
	],
	// Qwik
	['Qwik City with the adapter express | start: node server/entry.express.js', qwik('express')],
	[`Qwik City with the adapter static | site: dist | ${builds}`, qwik('static')],
	[
		'Qwik City | problem: It has no adapter. Add one with `qwik add express`, or with `qwik add static` for files.',
		qwik(),
	],
	// Angular
	[`Angular | site: dist/shop/browser | ${builds}`, angular({})],
	[`Angular | site: www | ${builds}`, angular({outputPath: {base: 'www', browser: ''}})],
	[`Angular | site: dist/shop | ${builds}`, angular({}, '@angular-devkit/build-angular:browser')],
	[
		'Angular with SSR | start: node dist/shop/server/server.mjs',
		angular({server: 'src/main.server.ts', ssr: {entry: 'src/server.ts'}}),
	],
	[
		`Angular | site: dist/shop/browser | ${builds}`,
		angular({server: 'a.ts', ssr: {entry: 'b.ts'}, outputMode: 'static'}),
	],
	[`Angular | site: dist/shop/browser | ${builds}`, start(angular({}), 'ng serve')],
	// Vite
	[`Vite | site: dist | ${builds}`, start(vite(''), 'vite --host')],
	[`Vite | site: out | ${builds}`, vite("build: {outDir: path.resolve(__dirname, 'out')}")],
	[`Vite | site: dist | ${builds}`, vite("root: 'client', build: {outDir: '../dist'}")],
	[
		`Vite | site: dist | ${builds} | guessed: the folder dist, because vite.config.ts computes build.outDir: set kind, build.outputDirectory or run.command to change it`,
		vite('build: {outDir: process.env.OUT}'),
	],
	[
		'Vite | problem: vite.config.ts builds a library (build.lib), which has nothing to serve.',
		vite("build: {lib: {entry: 'a'}}"),
	],
	[
		'Vite for Laravel | problem: It builds the assets of Laravel (laravel-vite-plugin), and is no site.',
		app('vite laravel-vite-plugin', 'vite build', {'vite.config.js': ''}),
	],
	[
		'Vike | problem: Vike is served by another program here, and nothing says which: name it in run.command.',
		app('vike vite', 'vite build', {'vite.config.ts': ''}),
	],
	[
		`Vike with prerender | site: dist/client | ${builds}`,
		app('vike', 'vite build', {'pages/+config.ts': 'export default {prerender: true}'}),
	],
	// Generators
	[`Gatsby | site: public | ${builds}`, start(app('gatsby', 'gatsby build'), 'gatsby develop')],
	[`Vue CLI | site: dist | ${builds}`, app('@vue/cli-service', 'vue-cli-service build')],
	[
		`Vue CLI | site: www | ${builds}`,
		app('@vue/cli-service', 'vue-cli-service build', {'vue.config.js': "module.exports = {outputDir: 'www'}"}),
	],
	[`Ember | site: dist | ${builds}`, start(app('ember-cli', 'ember build --environment=production'), 'ember serve')],
	[`Eleventy | site: _site | ${builds}`, start(app('@11ty/eleventy', 'eleventy'), 'eleventy --serve')],
	[
		`Eleventy | site: www | ${builds}`,
		app('@11ty/eleventy', 'npx @11ty/eleventy', {'eleventy.config.js': "return {dir: {output: 'www'}}"}),
	],
	[`Docusaurus | site: build | ${builds}`, start(app('@docusaurus/core', 'docusaurus build'), 'docusaurus start')],
	[
		'VitePress | site: docs/.vitepress/dist | build: npm run docs:build',
		{'package.json': {scripts: {'docs:build': 'vitepress build docs'}, devDependencies: {vitepress: '1'}}},
	],
	[
		'Storybook | site: storybook-static | build: npm run build-storybook',
		{'package.json': {scripts: {'build-storybook': 'storybook build'}, devDependencies: {storybook: '9'}}},
	],
	[
		'start: node index.js',
		{
			'package.json': {
				main: 'index.js',
				scripts: {'docs:build': 'vitepress build docs'},
				devDependencies: {vitepress: '1'},
			},
			'index.js': '',
		},
	],
	// Programs that nothing can visit
	[
		'Electron | problem: Electron opens a window, which a container does not have. Publish its front end as a static service, if it has one.',
		start(app('electron vite', 'vite build'), 'electron .'),
	],
	[
		'Tauri | problem: Tauri opens a window, which a container does not have. Publish its front end as a static service, if it has one.',
		vite('', {'src-tauri/tauri.conf.json': '{}'}),
	],
	[
		'React Native | problem: React Native builds for phones. Nothing of it can be served.',
		start(app('react-native', ''), 'react-native start'),
	],
	[
		'Expo | problem: This Expo app builds for phones only. To serve it, add the web: npx expo install react-dom react-native-web.',
		expo({}, 'expo react-native'),
	],
	['Expo for the web | site: dist | build: npx expo export --platform web', expo({output: 'static'})],
	[
		'Expo with output: server | problem: app.json sets web.output to server, whose files need a server of your own: name it in run.command, or set static.',
		expo({output: 'server'}),
	],
	[
		"Cloudflare Workers | problem: wrangler.toml describes a Worker, which needs Cloudflare's runtime. Add a Dockerfile.",
		start(app('wrangler', '', {'wrangler.toml': ''}), 'wrangler dev'),
	],
	// Servers
	[
		'Nest | start: node dist/main.js',
		start(app('@nestjs/core', 'nest build', {}, {'start:prod': 'node dist/main.js'}), 'nest start'),
	],
	['Nest | start: node dist/main', start(app('@nestjs/core', 'nest build'), 'nest start')],
	[
		'Adonis | start: node build/bin/server.js',
		start(app('@adonisjs/core', 'node ace build', {'bin/server.ts': ''}), 'node ace serve --hmr'),
	],
	['Strapi | start: strapi start', start(app('@strapi/strapi', 'strapi build'), 'strapi start')],
	[
		'Medusa | start: cd .medusa/server && medusa start',
		app('@medusajs/medusa @medusajs/framework', 'medusa build', {'medusa-config.ts': ''}),
	],
	['Nitro | start: node .output/server/index.mjs', app('nitropack', 'nitro build', {'nitro.config.ts': ''})],
	[
		'start: nodemon a.js | guessed: the start script, although nodemon a.js is for development: set run.command to change it',
		start(app('express', ''), 'nodemon a.js'),
	],
	['start: node dist/a.js', start(app('express', 'tsc', {}, {'start:prod': 'node dist/a.js'}), 'tsx watch a.ts')],
	['start: bun a.ts', start(app('hono', ''), 'bun a.ts')],
])('of a package is read from its configuration: %s', async (expected, sources) => {
	expect(await found(sources)).toBe(expected);
});

const workspace = (applications: Sources): Sources => ({
	'package.json': {devDependencies: {nx: '22', next: '16', vite: '8'}, scripts: {start: 'nx serve', build: 'nx build'}},
	'nx.json': {},
	...applications,
});
const project = (name: string, executor: string, options: object = {}) => ({
	name,
	projectType: 'application',
	targets: {build: {executor, options}},
});

test.each<[expected: string, Sources]>([
	[
		'Nx application api, Node | start: node dist/apps/api/main.js',
		workspace({
			'apps/api/project.json': project('api', '@nx/webpack:webpack', {target: 'node', outputPath: 'dist/apps/api'}),
		}),
	],
	[
		'Nx application api, Node | start: node dist/apps/api/main.js',
		workspace({'apps/api/project.json': project('api', '@nx/esbuild:esbuild')}),
	],
	[
		'Nx application web, Next | start: npx next start dist/apps/web',
		workspace({'apps/web/project.json': project('web', '@nx/next:build', {outputPath: 'dist/apps/web'})}),
	],
	[
		'Nx application web, Vite | site: dist/apps/web | build: npx nx build web',
		workspace({
			'apps/web/project.json': {name: 'web', projectType: 'application'},
			'apps/web/vite.config.ts': "build: {outDir: '../../dist/apps/web'}",
			'apps/web/index.html': '',
		}),
	],
	[
		'Nx application web, Angular | site: dist/apps/web/browser | build: npx nx build web',
		workspace({'apps/web/project.json': project('web', '@angular/build:application', {outputPath: 'dist/apps/web'})}),
	],
	[
		'Nx | problem: The Nx workspace has several applications (api, web): set build.command to npx nx build NAME, and run.command or kind and build.outputDirectory.',
		workspace({
			'apps/api/project.json': project('api', '@nx/esbuild:esbuild'),
			'apps/web/project.json': project('web', '@nx/vite:build'),
			'apps/web-e2e/project.json': project('web-e2e', 'x'),
			'libs/ui/project.json': {projectType: 'library'},
		}),
	],
])('of an Nx workspace is read from its projects: %s', async (expected, sources) => {
	expect(await found(sources)).toBe(expected);
});

const python = (dependencies: string, files: Sources): Sources => ({'requirements.txt': dependencies, ...files});
const listen = '--host 0.0.0.0 --port "${PORT:-8000}"';

test.each<[expected: string, Sources]>([
	[
		`start: uvicorn app.main:api ${listen}`,
		python('fastapi\nuvicorn', {'app/main.py': 'from fastapi import FastAPI\napi = FastAPI()\n'}),
	],
	[`start: uvicorn main:app --app-dir src ${listen}`, python('fastapi\nuvicorn', {'src/main.py': 'app = FastAPI()'})],
	[`start: fastapi run main.py ${listen}`, python('fastapi[standard]', {'main.py': 'app = FastAPI()'})],
	[
		`start: uvicorn main:app ${listen} | guessed: main:app, because no file makes an application object: set run.command to change it`,
		python('fastapi\nuvicorn', {'other.py': ''}),
	],
	[
		'start: gunicorn --bind "0.0.0.0:${PORT:-8000}" wsgi:application',
		python('flask\ngunicorn', {'wsgi.py': 'application = create_app()'}),
	],
	[
		`start: flask --app main:app run ${listen} | guessed: Flask's own server, which is meant for development: add gunicorn to the dependencies`,
		python('flask', {'main.py': 'app = Flask(__name__)'}),
	],
	[
		`start: python manage.py migrate && python manage.py runserver "0.0.0.0:\${PORT:-8000}" | guessed: Django's own server, which is meant for development: add gunicorn to the dependencies`,
		python('django', {'manage.py': ''}),
	],
	[
		'Streamlit | start: streamlit run app.py --server.headless true --server.address 0.0.0.0 --server.port "${PORT:-8000}"',
		python('streamlit', {'app.py': ''}),
	],
	[
		'Gradio | start: GRADIO_SERVER_NAME=0.0.0.0 GRADIO_SERVER_PORT="${PORT:-8000}" python app.py',
		python('gradio', {'app.py': ''}),
	],
	[
		'start: shop',
		{
			'pyproject.toml': '[project]\nname = "shop"\n[project.scripts]\nshop = "shop.cli:main"\n[build-system]\n',
			'src/shop/cli.py': '',
		},
	],
	[
		"start: python -c 'import sys; from shop.cli import main; sys.exit(main())'",
		{'pyproject.toml': '[project.scripts]\nshop = "shop.cli:main"\n', 'shop/cli.py': ''},
	],
	[
		'start: shop | guessed: shop, one of several scripts in pyproject.toml (work, shop): set run.command to change it',
		{'pyproject.toml': '[project]\nname = "shop"\n[project.scripts]\nwork = "a:b"\nshop = "a:c"\n[build-system]\n'},
	],
	[
		"start: python -c 'import sys; from shop.cli import main; sys.exit(main())'",
		{
			'pyproject.toml': '[project.scripts]\nshop = "shop.cli:main"\n[build-system]\n',
			'requirements.txt': 'httpx\n',
			'shop/cli.py': '',
		},
	],
	[
		"start: python -c 'import sys; from shop import serve; sys.exit(serve())'",
		{
			'pyproject.toml': '[tool.poetry]\npackage-mode = false\n[tool.poetry.scripts]\nserve = "shop:serve"\n',
			'shop/__init__.py': '',
		},
	],
	[
		'start: serve',
		{
			'pyproject.toml': '[tool.poetry]\nname = "shop"\n[tool.poetry.scripts]\nserve = "shop:serve"\n',
			'shop/__init__.py': '',
		},
	],
	['start: uvicorn shop:app', {'pyproject.toml': '[tool.pdm.scripts]\nstart = {cmd = "uvicorn shop:app"}\n'}],
	['start: python -m shop', {'pyproject.toml': '[tool.hatch.envs.default.scripts]\nstart = "python -m shop"\n'}],
	['start: python -m shop', {'pyproject.toml': '', 'shop/__main__.py': ''}],
	['start: PYTHONPATH=src python -m shop', {'pyproject.toml': '', 'src/shop/__main__.py': ''}],
	['start: python main.py', {'pyproject.toml': '[project.scripts]\nshop = "a:b"\n', 'main.py': ''}],
	['', {'pyproject.toml': '[project.scripts]\n"a b; rm" = "x:y"\n'}],
])('of a Python source is read from its files: %s', async (expected, sources) => {
	expect(await found(sources)).toBe(expected);
});

test.each<[expected: string, Sources]>([
	['start: sh start.sh', {'start.sh': 'echo hi'}],
	['start: bash start.sh', {'start.sh': '#!/bin/bash\n'}],
	['start: bash -eu start.sh', {'start.sh': '#!/usr/bin/env -S bash -eu\r\n'}],
	['start: zsh start.sh', {'start.sh': '#! /usr/bin/env zsh\n'}],
	['start: sh start.sh', {'start.sh': '#!/bin/sh; rm -rf /\n'}],
	[
		'start: nu start.sh | problem: start.sh is run by nu, which the built-in builder does not install: add a Dockerfile, or name its Debian package in build.packages.runtime.',
		{'start.sh': '#!/usr/bin/env nu\n'},
	],
	['start: ./run.zsh --fast', {Procfile: 'web: ./run.zsh --fast', 'run.zsh': '#!/bin/zsh\n'}],
	['start: ./out', {'go.mod': 'go 1.24', 'main.go': '', 'cmd/a/main.go': ''}],
	[
		'start: ./out | guessed: cmd/api, one of several programs (api, web): set build.command to go build -o out ./cmd/NAME to change it',
		{'go.mod': 'go 1.24', 'cmd/api/main.go': '', 'cmd/web/main.go': ''},
	],
	['problem: It has no main package: set build.command.', {'go.mod': 'go 1.24', 'lib/a.go': ''}],
])('of a script or a Go source is read from its files: %s', async (expected, sources) => {
	expect(await found(sources)).toBe(expected);
});

test.each<[stack: string, Sources]>([
	[
		'PHP',
		{'composer.json': '{}', artisan: '', ...app('vite laravel-vite-plugin', 'vite build', {'vite.config.js': ''})},
	],
	['Ruby', {Gemfile: '', 'config.ru': ''}],
	['Java', {'pom.xml': ''}],
	['Java', {'build.gradle.kts': ''}],
	['Rust', {'Cargo.toml': ''}],
	['.NET', {'Shop.fsproj': ''}],
	['Elixir', {'mix.exs': '', 'package.json': '{}'}],
	['Deno', {'deno.jsonc': ''}],
	['Hugo', {'config.toml': '', 'archetypes/default.md': '', 'public/index.html': ''}],
	['Zola', {'config.toml': '', 'content/a.md': ''}],
	['Swift', {'Package.swift': ''}],
	['Scala', {'build.sbt': ''}],
	['Clojure', {'deps.edn': ''}],
	['Dart', {'pubspec.yaml': ''}],
])('is not looked for in a %s source, which is named', async (stack, sources) => {
	const program = await readProgram(makeSource(sources), '');
	expect([program?.stack.name, program?.stack.isBuilt]).toEqual([stack, false]);
});
