import {spawnSync} from 'node:child_process';
import {describe, expect, test} from 'vitest';
import {isPlainCommand, replaceShell} from '../../source/build/recipes/shell-command.ts';
import {parseProcfile} from '../../source/detect/procfile.ts';
import {pickLine} from '../../source/detect/version-range.ts';
import {detect, type Sources, summarize} from '../build/recipe.ts';

const node = (manifest: object, more: Sources = {}): Sources => ({
	'package.json': {scripts: {start: 'node a.js'}, ...manifest},
	...more,
});

describe('the stack of a source', () => {
	test.each<[string, Sources]>([
		['Go | go 1.23', {'go.mod': 'go 1.23.1', 'main.go': '', 'package.json': {}, 'main.py': ''}],
		['Python | python 3.13', {'main.py': '', 'package.json': {}, 'index.html': ''}],
		['Node | node 24', {...node({}), 'index.html': '', 'start.sh': ''}],
		['static files | serve: public', {'public/a.txt': '', 'start.sh': ''}],
		['static files | serve: .', {'index.html': ''}],
		['shell | start: sh start.sh', {'start.sh': ''}],
	])('is detected as %s', async (expected, sources) => {
		expect(await summarize(sources)).toMatch(new RegExp(`^${expected.replaceAll('|', '\\|')}`));
	});

	test.each<[string, Sources]>([
		['PHP', {'composer.json': '', 'package.json': {}}],
		['Ruby', {Gemfile: '', 'package.json': {}}],
		['Deno', {'deno.json': '', 'package.json': {}}],
		['.NET', {'App.csproj': '', 'package.json': {}}],
	])('is not mistaken for another if it is %s, which is not supported', async (name, sources) => {
		await expect(detect(sources)).rejects.toThrow(`The source is ${name} (`);
	});

	test('is that of the service’s folder if the widened root has none', async () => {
		const sources = {'services/api/main.py': '', 'shared/a.txt': ''};
		const {stack, dockerfile} = await detect(sources, {serviceFolder: 'services/api'});
		expect([stack, /^WORKDIR (.*)$/m.exec(dockerfile)?.[1]]).toEqual(['Python', '/app/services/api']);
	});
});

describe('a Node source', () => {
	test.each<[string, Sources]>([
		['24', node({})],
		['24', node({engines: {node: '>=18'}})],
		['22', node({engines: {node: '^22.3'}})],
		['20', node({engines: {node: '18 || 20'}})],
		['23', node({engines: {node: '>=18 <24'}})],
		['18', node({engines: {node: '18.x'}}, {'.nvmrc': '20'})],
		['20', node({}, {'.nvmrc': 'v20.11.1\n', '.node-version': '18'})],
		['22', node({}, {'.nvmrc': 'lts/jod'})],
		['24', node({}, {'.nvmrc': 'lts/*'})],
		['18', node({}, {'.node-version': '18.19.0'})],
		['20', node({}, {'.tool-versions': 'python 3.12\nnodejs 20.9.0\n'})],
		['22', node({}, {'mise.toml': '[tools]\nnode = "22"\n'})],
	])('uses version %s', async (version, sources) => {
		expect((await detect(sources)).versions['node']).toBe(version);
	});

	test.each<[string, Sources]>([
		['pnpm 9.1.0', node({packageManager: 'pnpm@9.1.0+sha512.abc'}, {'yarn.lock': ''})],
		['pnpm 8', node({}, {'pnpm-lock.yaml': "lockfileVersion: '6.0'"})],
		['pnpm 10', node({}, {'pnpm-lock.yaml': "lockfileVersion: '9.0'"})],
		['bun 1', node({}, {'bun.lockb': '', 'yarn.lock': ''})],
		['yarn 4', node({}, {'.yarnrc.yml': '', 'yarn.lock': ''})],
		['yarn 1', node({}, {'yarn.lock': ''})],
		['pnpm >=9', node({engines: {pnpm: '>=9'}})],
		['pnpm 10', node({}, {'pnpm-workspace.yaml': ''})],
		['yarn 1', node({}, {'pnpm-workspace.yaml': '', 'yarn.lock': ''})],
		['', node({}, {'package-lock.json': ''})],
	])('uses the manager %j', async (expected, sources) => {
		const {node: _node, ...manager} = (await detect(sources)).versions;
		expect(Object.entries(manager).join().replace(',', ' ')).toBe(expected);
	});

	test('keeps an engines entry that is not a version range out of the shell', async () => {
		const {dockerfile} = await detect(node({engines: {pnpm: '$(touch x)'}, dependencies: {a: '1'}}));
		expect(dockerfile).not.toContain('touch');
	});

	test.each<[string | undefined, Sources]>([
		['node a.js', node({main: 'b.js'})],
		['node b.js', {'package.json': {main: 'b.js'}, 'index.js': ''}],
		['node index.js', {'package.json': {}, 'index.js': '', 'index.ts': ''}],
		['node index.ts', {'package.json': {}, 'index.ts': ''}],
		['npm run migrate && node a.js', {'package.json': {scripts: {prestart: 'npm run migrate', start: 'node a.js'}}}],
		['serve $PORT', node({}, {Procfile: 'web: serve $PORT'})],
		['node .output/server/index.mjs', {'package.json': {dependencies: {nuxt: '4'}}}],
	])('starts with %s', async (start, sources) => {
		expect((await detect(sources)).commands.start).toBe(start);
	});

	test('without a start command is an error that lists what was looked for, unless run.command is set', async () => {
		const sources = {'package.json': {}};
		await expect(detect(sources)).rejects.toThrow(
			'The source is Node, but has no start command. Looked for: Procfile, start script, main in package.json, index.js, index.ts.',
		);
		expect((await detect(sources, {runCommand: 'node x'})).commands.start).toBe('node x');
	});

	test.each<[boolean, string]>([
		[true, 'node dist/a.js'],
		[true, 'next start'],
		[true, 'NODE_ENV=production node a.js && exec node b.js'],
		[false, 'tsx a.ts'],
		[false, 'node --import tsx a.ts'],
		[false, 'node --import tsx/esm a.ts'],
		[false, 'npm run serve'],
		[false, './start.sh'],
	])('is built without development dependencies (%s) if it starts with %s', async (isTrimmed, start) => {
		const manifest = {scripts: {start}, dependencies: {next: '16'}, devDependencies: {tsx: '4'}};
		const {dockerfile} = await detect({'package.json': manifest, 'package-lock.json': ''});
		expect(dockerfile.includes('npm ci --omit=dev')).toBe(isTrimmed);
	});

	test.each<[string | undefined, Sources]>([
		['dist', {'package.json': {scripts: {build: 'vite build'}}, 'vite.config.ts': ''}],
		['out', {'package.json': {scripts: {build: 'vite build --outDir out'}}}],
		['web', {'package.json': {scripts: {build: 'b'}}, 'vite.config.js': "build: {outDir: './web'}"}],
		['dist', {'package.json': {scripts: {build: 'vite build'}}, 'vite.config.js': "build: {outDir: '../../etc'}"}],
		[
			'build',
			{
				'package.json': {
					scripts: {start: 'react-scripts start', build: 'react-scripts build'},
					dependencies: {'react-scripts': '5'},
				},
			},
		],
		['dist', {'package.json': {scripts: {build: 'astro build'}}, 'astro.config.mjs': ''}],
		[
			'out',
			{'package.json': {scripts: {build: 'next build', start: 'next start'}}, 'next.config.js': 'output: "export"'},
		],
		[undefined, {'package.json': {scripts: {build: 'vite build', start: 'node s.js'}}, 'vite.config.ts': ''}],
		[undefined, {'package.json': {scripts: {build: 'x', start: 'node s.js'}}, 'astro.config.mjs': 'output: "server"'}],
	])('serves the folder %s', async (folder, sources) => {
		expect((await detect(sources)).commands.serve).toBe(folder);
	});

	test('with an invalid package.json is an error that names the file', async () => {
		await expect(detect({'package.json': '{'})).rejects.toThrow(
			'package.json cannot be read: it is not a JSON object.',
		);
		await expect(detect({'package.json': '[]'})).rejects.toThrow('package.json cannot be read');
	});
});

describe('a Python source', () => {
	test.each<[string, Sources]>([
		['3.13', {}],
		['3.12', {'.python-version': '3.12.4'}],
		['3.11', {'runtime.txt': 'python-3.11.9'}],
		['3.12', {'pyproject.toml': 'requires-python = "<3.13"'}],
		['3.13', {'pyproject.toml': 'requires-python = ">=3.9,<4"'}],
		['3.11', {'pyproject.toml': 'requires-python = "~=3.11.2"'}],
		['3.10', {Pipfile: 'python_version = "3.10"'}],
	])('uses version %s', async (version, sources) => {
		expect((await detect({'main.py': '', ...sources})).versions['python']).toBe(version);
	});

	test.each<[string, Sources]>([
		['python main.py', {'app.py': '', 'main.py': ''}],
		['python server.py', {'server.py': ''}],
		[
			'uvicorn app:app --host 0.0.0.0 --port "${PORT:-8000}"',
			{'app.py': '', 'requirements.txt': 'FastAPI\nuvicorn[standard]'},
		],
		['gunicorn --bind "0.0.0.0:${PORT:-8000}" main:app', {'main.py': '', 'requirements.txt': 'flask\ngunicorn'}],
		['python main.py', {'main.py': '', 'requirements.txt': 'flask-cors\n# gunicorn\nflask'}],
		[
			'python manage.py migrate && gunicorn shop.wsgi:application',
			{
				'manage.py': '',
				'shop/settings.py': "WSGI_APPLICATION = 'shop.wsgi.application'",
				'requirements.txt': 'Django\ngunicorn',
			},
		],
		['celery worker', {'main.py': '', Procfile: 'worker: celery worker'}],
	])('starts with %s', async (start, sources) => {
		expect((await detect(sources)).commands.start).toBe(start);
	});

	test.each<[string, Sources]>([
		['pip install -r requirements.txt', {'requirements.txt': '', 'uv.lock': '', 'pyproject.toml': ''}],
		['uv sync --no-dev --locked --no-install-project', {'pyproject.toml': '', 'uv.lock': ''}],
		['poetry install --only main --no-interaction --no-root', {'pyproject.toml': '[tool.poetry]'}],
		['pipenv sync', {Pipfile: '', 'Pipfile.lock': ''}],
	])('installs its dependencies with %s', async (install, sources) => {
		expect((await detect({'main.py': '', ...sources})).commands.install).toBe(install);
	});
});

test('a lock file of PDM, which the built-in builder does not read, is named', async () => {
	const {notes} = await detect({'main.py': '', 'pyproject.toml': '[project]\n', 'pdm.lock': ''});
	expect(notes).toEqual(['pdm.lock is not read: versions come from pyproject.toml']);
});

describe('a Go source', () => {
	test.each<[string, Sources]>([
		['.', {'go.mod': 'go 1.24', 'main.go': '', 'cmd/a/main.go': ''}],
		['./cmd/api', {'go.mod': 'go 1.24', 'cmd/web/main.go': '', 'cmd/api/main.go': '', 'lib/x.go': ''}],
		['./svc', {'go.work': 'go 1.24', 'lib/go.mod': '', 'lib/l.go': '', 'svc/go.mod': '', 'svc/main.go': ''}],
	])('builds the package %s', async (target, sources) => {
		expect((await detect(sources)).commands.build).toMatch(new RegExp(` ${target.replaceAll('.', '\\.')}$`));
	});

	test('takes its version from the toolchain, else the go directive, else a tool file', async () => {
		expect((await detect({'go.mod': 'go 1.22\ntoolchain go1.23.4', 'a.go': ''})).versions['go']).toBe('1.23');
		expect((await detect({'main.go': '', '.tool-versions': 'golang 1.22.1'})).versions['go']).toBe('1.22');
	});
});

describe('a static service', () => {
	const options = {serviceFolder: 'site', outputFolder: 'site/dist'};
	test.each<[string, Sources, string | undefined]>([
		[
			'static files | serve: site/dist',
			{'site/dist/index.html': '', 'site/package.json': {scripts: {build: 'x'}}},
			undefined,
		],
		[
			'static files | node 24 | build: npm run build | serve: site/dist',
			{'site/package.json': {scripts: {build: 'x'}}},
			undefined,
		],
		['static files | node 24 | build: make | serve: site/dist', {'site/package.json': {}}, 'make'],
		['static files | python 3.13 | build: python b.py | serve: site/dist', {'site/main.py': ''}, 'python b.py'],
		['static files | build: bundle exec jekyll | serve: site/dist', {'site/Gemfile': ''}, 'bundle exec jekyll'],
	])('is built as %s', async (expected, sources, command) => {
		expect(await summarize(sources, {...options, command})).toBe(expected);
	});

	test('with a missing folder and no build command is an error', async () => {
		await expect(detect({'site/a': ''}, options)).rejects.toThrow(
			'The folder "site/dist" is not in the source, and there is no command that builds it.',
		);
	});

	test.each(['..', '/etc', '../../x', 'gone'])(
		'cannot publish the folder %s of a Staticfile, which is not in the source',
		async root => {
			await expect(detect({Staticfile: `root: ${root}`, 'a.html': ''})).rejects.toThrow(
				'is not a folder of the source',
			);
		},
	);
});

describe('a command', () => {
	test.each([
		['node a.js', true, 'exec node a.js'],
		['cd x && node a.js', false, 'cd x && exec node a.js'],
		['A=1 node a.js', false, 'A=1 exec node a.js'],
		['serve "$PORT"', false, 'exec serve "$PORT"'],
		['a; b', false, 'a; b'],
		['a | b', false, 'a | b'],
		['a || b', false, 'a || b'],
		['sh -c "a && b"', false, 'sh -c "a && b"'],
		['exec a', false, 'exec a'],
		['A=$(date) a', false, 'A=$(date) a'],
		['a > log', false, 'a > log'],
		['exit 0', false, 'exit 0'],
		['a && exit 3', false, 'a && exit 3'],
		['A=1 exit 3', false, 'A=1 exit 3'],
		['A=1 B="$C" node a.js', false, 'A=1 B="$C" node a.js'],
		['. ./env && node a.js', false, '. ./env && exec node a.js'],
		['. ./start', false, '. ./start'],
		['source env', false, 'source env'],
		['trap "echo end" TERM && node a.js', false, 'trap "echo end" TERM && node a.js'],
		['set -e && node a.js', false, 'set -e && exec node a.js'],
		['[ -f a.js ] && node a.js', false, '[ -f a.js ] && exec node a.js'],
		['if true; then node a.js; fi', false, 'if true; then node a.js; fi'],
		['while :; do node a.js; done', false, 'while :; do node a.js; done'],
		['(cd x && node a.js)', false, '(cd x && node a.js)'],
		['! a', false, '! a'],
		['a & b', false, 'a & b'],
		['a\nb', false, 'a\nb'],
		['eval "$COMMAND"', false, 'eval "$COMMAND"'],
		['command node a.js', false, 'command node a.js'],
		['wait', false, 'wait'],
		['kill 1', true, 'exec kill 1'],
	])('gets exec where it is safe: %s', (command, isPlain, replaced) => {
		expect([isPlainCommand(command), replaceShell(command)]).toEqual([isPlain, replaced]);
	});

	test.each([
		['exit 7', 7, ''],
		['cd / && exit 7', 7, ''],
		['cd / && pwd', 0, '/'],
		['A=1 env | grep ^A=', 0, 'A=1'],
		['A=1 printenv A', 0, '1'],
		['. /dev/null && echo hi', 0, 'hi'],
		['trap "echo bye" EXIT && echo hi', 0, 'hi\nbye'],
		['if false; then echo no; else echo yes; fi', 0, 'yes'],
		['exec echo hi', 0, 'hi'],
		['read x </dev/null || echo none', 0, 'none'],
		['set -- a b && echo $#', 0, '2'],
		['nosuchprogram', 127, ''],
	])('gives the same result with exec: %s', (command, code, output) => {
		for (const text of [command, replaceShell(command)]) {
			const {status, stdout} = spawnSync('/bin/sh', ['-c', text], {encoding: 'utf8'});
			expect([status, stdout.trim()]).toEqual([code, output]);
		}
	});

	test('of any form stays a single RUN instruction', async () => {
		const sources = node({}, {'package-lock.json': ''});
		for (const command of ['a\nFROM evil', 'cat <<EOF', 'a \\', '["x"]', '--mount=x y']) {
			const {dockerfile} = await detect(sources, {command});
			expect(dockerfile).toContain(`RUN ${JSON.stringify(['/bin/sh', '-c', command])}\n`);
		}
	});

	test.each([
		['web: a\nworker: b', 'a'],
		['release: x\nworker: b', 'b'],
		['# comment\n\napi:   ./run  --fast  ', './run  --fast'],
		['nothing here', undefined],
	])('is read from the Procfile %j', (text, command) => {
		expect(parseProcfile(text)).toBe(command);
	});
});

test.each([
	['>=3', '3'],
	['~1.2 || ^2', '2'],
	['5', '5'],
	['1 - 2', '2'],
	['!=3, >=2', '2'],
	['>3', undefined],
	['latest', '3'],
	['<3.1.0', '3'],
	['<3.0.0', '2'],
])('the range %s selects the release line %s', (range, line) => {
	expect(pickLine(range, {preferred: '3', known: ['3', '2', '1']})).toBe(line);
});

test('paths that a Dockerfile cannot name are rejected', async () => {
	for (const folder of ['a$b', 'a"b', 'a\nb', 'a\\b', 'a*b', "a'b"]) {
		await expect(detect({[`${folder}/main.py`]: ''}, {serviceFolder: folder})).rejects.toThrow(
			`The built-in builder cannot use the path ${JSON.stringify(folder)}.`,
		);
	}
	const {dockerfile} = await detect({'my app/main.py': ''}, {serviceFolder: 'my app'});
	expect(dockerfile).toContain('WORKDIR /app/my app\n');
});
