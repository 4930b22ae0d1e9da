import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {describeInit} from '../../source/init/init.ts';
import {read} from '../descriptor/support.ts';

let folder: string;
beforeEach(() => {
	folder = join(mkdtempSync(join(tmpdir(), 'init-')), 'shop');
	mkdirSync(folder);
});
afterEach(() => rmSync(join(folder, '..'), {recursive: true, force: true}));

const write = (files: Readonly<Record<string, string | object>>): void => {
	for (const [path, content] of Object.entries(files)) {
		mkdirSync(join(folder, path, '..'), {recursive: true});
		writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
	}
};

/** The text, which must be valid, and the project that it describes. */
const initial = async () => {
	const {text} = await describeInit(folder);
	return {text, project: read(text)};
};

it('includes what a package of a workspace is installed from, and nothing else', async () => {
	write({
		'package.json': {private: true},
		'pnpm-workspace.yaml': "packages:\n  - 'apps/*'\n  - packages/* # libraries\n",
		'pnpm-lock.yaml': '',
		'apps/web/package.json': {name: 'web', scripts: {start: 'node .'}, dependencies: {ui: 'workspace:*'}},
		'apps/site/package.json': {name: 'site', scripts: {build: 'vite build'}, devDependencies: {vite: '8'}},
		'packages/ui/package.json': {name: 'ui', dependencies: {tokens: 'workspace:*'}},
		'packages/tokens/package.json': {name: 'tokens'},
		'packages/unused/package.json': {name: 'unused'},
		'packages/runner/package.json': {name: 'runner', scripts: {start: 'node .'}},
	});
	const {text, project} = await initial();
	await expect(text).toMatchFileSnapshot('../../snapshots/init/workspace.txt');
	expect(project.services.map(({name, kind}) => `${name} ${kind}`).sort()).toEqual([
		'runner api',
		'site static',
		'web web',
	]);
	const root = ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml'];
	const web = project.services.find(({name}) => name === 'web')!;
	expect(web.build.include).toEqual([...root, 'packages/tokens', 'packages/ui']);
});

it.each([
	[{'package.json': {}, 'server.js': ''}, 'node server.js'],
	[{'package.json': {}, 'src/main.ts': ''}, 'node src/main.ts'],
	[{'package.json': {scripts: {start: 'node x.js'}}, 'server.js': ''}, undefined],
	[{'package.json': {main: 'x.js'}, 'server.js': ''}, undefined],
	[{'package.json': {}, 'index.js': '', 'server.js': ''}, undefined],
	[{'package.json': {}, Procfile: 'web: node x.js', 'server.js': ''}, undefined],
	[{'package.json': {}, Dockerfile: 'FROM x', 'server.js': ''}, undefined],
])('names the start of %j: %s', async (files, command) => {
	write(files);
	const {text, project} = await initial();
	expect(project.services.map(({run}) => run.command)).toEqual([command]);
	expect(text).not.toContain('Nothing says how it starts');
});

it('names the start of a package from the root of its workspace, and says where it found none', async () => {
	write({
		'package.json': {workspaces: ['apps/*']},
		'apps/api/package.json': {name: 'api'},
		'apps/api/server.js': '',
		'apps/tool/package.json': {name: 'tool'},
	});
	const {text, project} = await initial();
	expect(project.services.map(({name, run}) => [name, run.command])).toEqual([
		['api', 'node apps/api/server.js'],
		['tool', undefined],
	]);
	expect(text).toContain(
		'    # Nothing says how it starts. Name the command:\n    # run:\n    #   command: node server.js\n',
	);
});

it('connects services that bring a driver to a database', async () => {
	write({
		'services/api/package.json': {dependencies: {pg: '8'}, scripts: {start: 'next start -p 4000'}},
		'services/jobs/requirements.txt': 'redis==5\npsycopg[binary]>=3\n',
		'services/db/Dockerfile': 'FROM x\nEXPOSE 7000/tcp\n',
	});
	const {text, project} = await initial();
	await expect(text).toMatchFileSnapshot('../../snapshots/init/resources.txt');
	expect(project.resources.map(({name, preset}) => [name, preset])).toEqual([['database', 'postgres']]);
	const api = project.services.find(({name}) => name === 'api')!;
	expect(api.port).toBe(4000);
	expect(api.connections).toEqual([{resource: 'database', key: 'DATABASE_URL', output: 'connection-url'}]);
});

it.each([
	['go.mod', 'module x\nrequire github.com/jackc/pgx/v5 v5.7.0\n', true],
	['pyproject.toml', 'dependencies = ["asyncpg"]', true],
	['requirements.txt', 'pgvector\nflask', false],
	['requirements.txt', '# psycopg\nflask', false],
	['go.mod', 'module x\n// require github.com/lib/pq v1.0.0\n', false],
	['go.mod', 'module github.com/lib/pq\n', false],
	['package.json', '{"devDependencies": {"pg": "8"}}', false],
	['package.json', '{broken', false],
])('%s with %j suggests a database: %s', async (file, content, isSuggested) => {
	write({[file]: content});
	const {project} = await initial();
	expect(project.resources.length > 0).toBe(isSuggested);
	expect(project.services.map(({path}) => path)).toEqual(['.']);
});

it('a front end at the root is a static service', async () => {
	write({'package.json': {scripts: {build: 'vite build'}, devDependencies: {vite: '8'}}});
	const {project} = await initial();
	expect(project.services).toMatchObject([
		{kind: 'static', build: {command: 'npm run build', outputDirectory: 'dist'}},
	]);
});

it('workspace patterns lead nowhere else', async () => {
	write({'package.json': {workspaces: ['../other/*', '/etc/*', '!apps/*', 'deep/**/x', 'libs/**']}});
	write({'libs/a/package.json': {scripts: {start: 'x'}}, '../other/b/package.json': {scripts: {start: 'x'}}});
	expect((await initial()).project.services.map(({path}) => path)).toEqual(['libs/a']);
});

it('leaves stacks that only Railpack knows to it where it is installed', async () => {
	write({'composer.json': {}, 'railpack.json': {}});
	const [without] = (await describeInit(folder)).services;
	expect([without!.problem, without!.notes]).toEqual([
		'The built-in builder does not know PHP: add a Dockerfile, or install the Railpack CLI and docker buildx.',
		['railpack.json is read by the Railpack CLI only, so it does nothing here'],
	]);
	const [service] = (await describeInit(folder, undefined, true)).services;
	expect([service!.problem, service!.notes]).toEqual([undefined, ['Railpack builds it as PHP']]);
});
