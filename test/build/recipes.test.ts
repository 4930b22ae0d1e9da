import {expect, test} from 'vitest';
import {listBases} from '../../source/build/dockerfile-bases.ts';
import {withoutMounts} from '../../source/build/recipes/dockerfile-lines.ts';
import {platformOf} from '../../source/engine/platform.ts';
import {detect, type Sources} from './recipe.ts';

type Wishes = Parameters<typeof detect>[1];

const workspace: Sources = {
	'package.json': {private: true, packageManager: 'pnpm@10.18.0'},
	'pnpm-workspace.yaml': 'packages: [apps/*, packages/*]',
	'pnpm-lock.yaml': "lockfileVersion: '9.0'",
	'apps/web/package.json': {
		name: 'web',
		scripts: {build: 'vite build', start: 'node server.js'},
		dependencies: {ui: 'workspace:*'},
		devDependencies: {vite: '^8'},
	},
	'packages/ui/package.json': {name: 'ui'},
};

const cases: readonly [name: string, sources: Sources, wishes?: Wishes][] = [
	['node-plain', {'package.json': {scripts: {start: 'node server.js'}}, 'server.js': ''}],
	[
		'node-npm-build',
		{
			'package.json': {
				scripts: {build: 'tsc', start: 'node dist/main.js', prepare: 'husky'},
				dependencies: {express: '5'},
				devDependencies: {typescript: '6'},
			},
			'package-lock.json': '{}',
			'.npmrc': '',
		},
		{env: ['PUBLIC_URL', 'NODE_ENV'], packages: {build: ['build-essential'], runtime: ['libnss3']}},
	],
	[
		'node-install-scripts',
		{
			'package.json': {
				scripts: {postinstall: 'node patch.js', start: 'node .'},
				dependencies: {express: '5'},
				devDependencies: {vitest: '5'},
			},
			'yarn.lock': '',
		},
		{env: ['TOKEN']},
	],
	['node-pnpm-workspace', workspace, {serviceFolder: 'apps/web'}],
	[
		'node-pnpm-run-command',
		workspace,
		{serviceFolder: 'apps/web', command: 'pnpm --filter web build', runCommand: 'pnpm --filter web start'},
	],
	['node-yarn-berry', {'package.json': {main: 'a.js', dependencies: {a: '1'}}, 'yarn.lock': '', '.yarnrc.yml': ''}],
	['node-bun', {'package.json': {dependencies: {hono: '4'}}, 'bun.lock': '', 'index.ts': ''}],
	[
		'node-vite-site',
		{
			'package.json': {scripts: {build: 'vite build', dev: 'vite'}, devDependencies: {vite: '8'}},
			'package-lock.json': '',
		},
	],
	[
		'static-build',
		{...workspace, 'apps/site/package.json': {scripts: {build: 'astro build'}, dependencies: {astro: '6'}}},
		{serviceFolder: 'apps/site', outputFolder: 'apps/site/dist', command: 'pnpm build', env: ['PUBLIC_API']},
	],
	[
		'static-folder',
		{'site/public/index.html': '', 'site/package.json': {}},
		{serviceFolder: 'site', outputFolder: 'site/public'},
	],
	[
		'static-other-build',
		{'config.toml': ''},
		{command: 'hugo', outputFolder: 'public', packages: {build: ['hugo'], runtime: []}},
	],
	['staticfile', {Staticfile: 'root: dist\nindex_fallback: true\n', 'dist/index.html': ''}],
	['python-plain', {'main.py': ''}],
	[
		'python-pip',
		{'requirements.txt': 'flask==3\ngunicorn\npsycopg2>=2.9\n', 'app.py': ''},
		{command: 'python compile.py', env: ['STAGE']},
	],
	[
		'python-uv',
		{
			'pyproject.toml':
				'[project]\nrequires-python = ">=3.12"\ndependencies = ["fastapi", "uvicorn"]\n[build-system]\n',
			'uv.lock': '',
			'main.py': '',
		},
	],
	[
		'python-poetry-django',
		{
			'pyproject.toml':
				'[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = "^3.12"\n"django" = "5"\n"gunicorn" = "*"\n',
			'poetry.lock': '',
			'manage.py': '',
			'shop/settings.py': 'WSGI_APPLICATION = "shop.wsgi.application"',
		},
	],
	['python-pipfile', {Pipfile: '[requires]\npython_version = "3.11"\n', 'Pipfile.lock': '{}', 'bot.py': ''}],
	['python-pyproject', {'pyproject.toml': '[project]\ndependencies = ["httpx"]\n', 'main.py': ''}],
	['go-module', {'go.mod': 'module x\n\ngo 1.24.2\n', 'go.sum': '', 'main.go': ''}],
	[
		'go-workspace',
		{'go.work': 'go 1.24\n', 'api/go.mod': '', 'api/go.sum': '', 'api/main.go': '', 'lib/go.mod': '', 'lib/lib.go': ''},
		{env: ['VERSION']},
	],
	['procfile', {Procfile: 'worker: ./work\nweb: ./serve --port $PORT\n'}],
];

test.each(cases)('the Dockerfile matches the golden file %s', async (name, sources, wishes) => {
	const {dockerfile, files} = await detect(sources, wishes);
	await expect(dockerfile).toMatchFileSnapshot(`../../snapshots/build/${name}.Dockerfile`);
	const given = Object.fromEntries((wishes?.env ?? []).map(key => [key, 'value']));
	expect(listBases(dockerfile, {name: 'Dockerfile', args: given, platform: platformOf('')}).length).toBeGreaterThan(0);
	expect(dockerfile).not.toMatch(/^#\s*syntax|value/m);
	expect(dockerfile.trimEnd().split('FROM').at(-1)).toMatch(/^USER (?!root|0)/m);
	expect(withoutMounts(dockerfile)).not.toContain('--mount');
	for (const copied of dockerfile.matchAll(/^COPY (Caddyfile) /gm)) expect(Object.keys(files)).toContain(copied[1]);
});

test('the configuration of the file server matches its golden file', async () => {
	const {files} = await detect({'public/index.html': ''});
	await expect(files['Caddyfile']).toMatchFileSnapshot('../../snapshots/build/Caddyfile');
});
