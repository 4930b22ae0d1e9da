import type {Sources} from '../build/recipe.ts';

/** Projects as their authors left them, each with the files that say what it is. The names are those of golden files. */
export const strangers: Readonly<Record<string, Sources>> = {
	laravel: {
		'composer.json': {require: {'laravel/framework': '^12.0'}},
		artisan: '#!/usr/bin/env php\n',
		'public/index.php': '<?php',
		'package.json': {
			scripts: {build: 'vite build', dev: 'vite'},
			devDependencies: {vite: '^6', 'laravel-vite-plugin': '^1'},
		},
		'vite.config.js': "import laravel from 'laravel-vite-plugin';\nexport default {plugins: [laravel({})]};\n",
	},
	'sveltekit-node': {
		'package.json': {
			scripts: {dev: 'vite dev', build: 'vite build', preview: 'vite preview'},
			devDependencies: {'@sveltejs/adapter-node': '^5', '@sveltejs/kit': '^2', vite: '^6'},
		},
		'package-lock.json': '{}',
		'svelte.config.js': "import adapter from '@sveltejs/adapter-node';\nexport default {kit: {adapter: adapter()}};\n",
		'vite.config.js': "import {sveltekit} from '@sveltejs/kit/vite';\nexport default {plugins: [sveltekit()]};\n",
	},
	'sveltekit-auto': {
		'package.json': {scripts: {build: 'vite build'}, devDependencies: {'@sveltejs/kit': '^2', vite: '^6'}},
		'svelte.config.js': "import adapter from '@sveltejs/adapter-auto';\nexport default {kit: {adapter: adapter()}};\n",
	},
	'tanstack-start': {
		'package.json': {
			scripts: {dev: 'vite dev', build: 'vite build'},
			dependencies: {'@tanstack/react-start': '^1.140.0', nitro: '^3', vite: '^7'},
		},
		'vite.config.ts': 'export default defineConfig({plugins: [tanstackStart(), nitro(), viteReact()]});\n',
	},
	'expo-web': {
		'package.json': {
			main: 'expo-router/entry',
			scripts: {start: 'expo start', android: 'expo start --android'},
			dependencies: {expo: '~54.0.0', 'expo-router': '~6.0.0', 'react-native': '0.81.0', 'react-native-web': '~0.21.0'},
		},
		'app.json': {expo: {name: 'shop', web: {output: 'static'}}},
	},
	'expo-phones': {
		'package.json': {scripts: {start: 'expo start'}, dependencies: {expo: '~54.0.0', 'react-native': '0.81.0'}},
		'app.json': {expo: {name: 'shop'}},
	},
	'bash-script': {'start.sh': '#!/bin/bash\nnames=(a b)\necho "${names[@]}"\n'},
	'zsh-script': {'start.sh': '#!/usr/bin/env zsh\necho hi\n'},
	'nx-monorepo': {
		'package.json': {
			scripts: {start: 'nx serve', build: 'nx build'},
			devDependencies: {nx: '22', vite: '7'},
			dependencies: {pg: '8'},
		},
		'package-lock.json': '{}',
		'nx.json': {defaultBase: 'main'},
		'apps/api/project.json': {
			name: 'api',
			projectType: 'application',
			targets: {
				build: {executor: '@nx/esbuild:esbuild', options: {outputPath: 'dist/apps/api', main: 'apps/api/src/main.ts'}},
			},
		},
		'apps/api/src/main.ts': '',
		'apps/web/project.json': {name: 'web', projectType: 'application', sourceRoot: 'apps/web/src'},
		'apps/web/vite.config.mts': "export default {build: {outDir: '../../dist/apps/web'}};\n",
		'apps/web/index.html': '',
		'apps/web-e2e/project.json': {name: 'web-e2e', projectType: 'application'},
		'apps/web-e2e/package.json': {name: 'web-e2e'},
		'libs/ui/project.json': {name: 'ui', projectType: 'library'},
	},
	'python-entry-point': {
		'pyproject.toml':
			'[project]\nname = "shop-worker"\nrequires-python = ">=3.12"\ndependencies = ["httpx"]\n\n[project.scripts]\nshop-worker = "shop_worker.cli:main"\n\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n',
		'uv.lock': '',
		'src/shop_worker/cli.py': 'def main():\n    print("hi")\n',
	},
	'package-json5': {
		'package.json5':
			"// pnpm reads this\n{\n  name: 'shop',\n  scripts: {start: 'node main.js', build: \"tsc\",},\n  devDependencies: {typescript: '5'},\n}\n",
		'pnpm-lock.yaml': "lockfileVersion: '9.0'\n",
		'main.js': '',
	},
	'package-yaml': {
		'package.yaml':
			'name: shop\nscripts:\n  start: node main.js\nengines: {node: "22"}\ndependencies:\n  express: "5"\n',
		'main.js': '',
	},
	'railpack-json': {
		'package.json': {scripts: {start: 'node server.js'}},
		'railpack.json': {deploy: {startCommand: 'node other.js'}},
		'server.js': '',
	},
	rails: {
		Gemfile: "gem 'rails'\n",
		'config.ru': '',
		'package.json': {scripts: {build: 'esbuild app/javascript/*.* --outdir=app/assets/builds'}},
	},
	hugo: {'hugo.toml': "title = 'Shop'\n", 'content/_index.md': ''},
	'next-computed': {
		'package.json': {scripts: {build: 'next build'}, dependencies: {next: '^16', react: '^19'}},
		'next.config.mjs': "export default {output: process.env.STATIC ? 'export' : 'standalone'};\n",
	},
	'astro-node': {
		'package.json': {
			scripts: {dev: 'astro dev', build: 'astro build'},
			dependencies: {astro: '^5', '@astrojs/node': '^9'},
		},
		'astro.config.mjs':
			"import node from '@astrojs/node';\nexport default defineConfig({adapter: node({mode: 'standalone'})});\n",
		'src/pages/index.astro': '---\nexport const prerender = false;\n---\n',
	},
	'angular-ssr': {
		'package.json': {
			scripts: {start: 'ng serve', build: 'ng build'},
			dependencies: {'@angular/core': '^20', '@angular/ssr': '^20'},
		},
		'angular.json': {
			projects: {
				shop: {
					projectType: 'application',
					architect: {
						build: {
							builder: '@angular/build:application',
							options: {
								browser: 'src/main.ts',
								server: 'src/main.server.ts',
								outputMode: 'server',
								ssr: {entry: 'src/server.ts'},
							},
						},
					},
				},
			},
		},
	},
	'vitepress-docs': {
		'package.json': {
			scripts: {'docs:dev': 'vitepress dev docs', 'docs:build': 'vitepress build docs'},
			devDependencies: {vitepress: '^1'},
		},
		'docs/index.md': '# Shop\n',
	},
	electron: {
		'package.json': {main: 'main.js', scripts: {start: 'electron .'}, devDependencies: {electron: '^38'}},
		'main.js': '',
	},
	nest: {
		'package.json': {
			scripts: {start: 'nest start', 'start:prod': 'node dist/main', build: 'nest build'},
			dependencies: {'@nestjs/core': '^11'},
			devDependencies: {'@nestjs/cli': '^11'},
		},
		'package-lock.json': '{}',
	},
	streamlit: {'requirements.txt': 'streamlit\n', 'app.py': ''},
	'fastapi-package': {
		'pyproject.toml': '[project]\nname = "shop"\ndependencies = ["fastapi", "uvicorn"]\n',
		'app/main.py': 'from fastapi import FastAPI\n\napi = FastAPI()\n',
	},
	'go-commands': {'go.mod': 'module shop\n\ngo 1.24\n', 'cmd/api/main.go': '', 'cmd/worker/main.go': ''},
};
