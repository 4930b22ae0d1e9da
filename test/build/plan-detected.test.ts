import {rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {buffer} from 'node:stream/consumers';
import {extract} from 'tar-stream';
import {describe, expect, test} from 'vitest';
import {packContext} from '../../source/build/archive.ts';
import {explainRebuild} from '../../source/build/manifest.ts';
import {readManifest, writeManifest} from '../../source/build/manifest-file.ts';
import {planBuild} from '../../source/build/plan-build.ts';
import {runBuild} from '../../source/build/run-build.ts';
import type {Service} from '../../source/descriptor/project.ts';
import type {BuildProgress} from '../../source/engine/engine.ts';
import {createMemoryEngine} from '../../source/engine/memory.ts';
import {makeService, makeTree, type Tree, writeTree} from './tree.ts';

const node: Tree = {
	'web/package.json': '{"scripts": {"start": "node server.js"}, "engines": {"node": "22"}, "dependencies": {"a": "1"}}',
	'web/package-lock.json': '{}',
	'web/server.js': '',
	'web/.gitignore': 'secret\n',
	'web/secret': 'canary',
};
const web = makeService({path: 'web'});

type Question = Partial<Parameters<typeof planBuild>[0]>;
const plan = (root: string, question: Question = {}) =>
	planBuild({
		project: {directory: root},
		service: web,
		findImage: async () => undefined,
		readArchitecture: async () => '',
		findRailpack: async () => ({missing: 'railpack not found'}),
		buildArgs: {},
		...question,
	});

async function namesIn(archive: NodeJS.ReadableStream): Promise<string[]> {
	const names: string[] = [];
	const reader = extract();
	reader.on('entry', ({name}, stream, next) => {
		names.push(name);
		stream.on('end', next).resume();
	});
	archive.pipe(reader);
	await new Promise<void>(resolve => reader.on('finish', () => resolve()));
	return names;
}

describe('a source without a Dockerfile', () => {
	test('is planned with the detected stack and the reason', async () => {
		const planned = await plan(makeTree(node));
		expect(planned.reason).toBe('built-in: node 22, npm ci, `node server.js` (railpack not found)');
		expect(planned.bases).toEqual([
			{reference: 'node:22-slim', line: 1, imageId: null, isPresent: false, place: 'services.web (built-in):1'},
		]);
		expect(planned.manifest.inputs).toMatchObject({
			builder: 'detected',
			dockerfile: 'Dockerfile',
			detected: {stack: 'Node', versions: {node: '22'}, commands: {install: 'npm ci', start: 'node server.js'}},
		});
	});

	test('with a lock file of several megabytes is planned', async () => {
		const lock = `lockfileVersion: '9.0'\n${'# padding\n'.repeat(300_000)}`;
		const {'web/package-lock.json': _lock, ...rest} = node;
		const {reason} = await plan(makeTree({...rest, 'web/pnpm-lock.yaml': lock}));
		expect(reason).toContain('pnpm install --frozen-lockfile');
	});

	test('is sent in a separate folder beside the generated files, so that their names cannot conflict', async () => {
		const root = makeTree({...node, 'web/Caddyfile': 'mine', 'web/source/Dockerfile': 'mine'});
		const {context, written} = await plan(root);
		expect(await namesIn(packContext(context, written))).toEqual([
			'Dockerfile',
			'source',
			'source/.gitignore',
			'source/Caddyfile',
			'source/package-lock.json',
			'source/package.json',
			'source/server.js',
			'source/source',
			'source/source/Dockerfile',
		]);
	});

	test('has a key over the generated files, and its plan says what changed it', async () => {
		const root = makeTree(node);
		const before = await plan(root);
		const change = async (tree: Tree, question?: Question) => {
			const after = await plan(makeTree({...node, ...tree}), question);
			expect(after.key).not.toBe(before.key);
			return explainRebuild(before.manifest, after.manifest);
		};
		const withManifest = (manifest: object) => ({'web/package.json': JSON.stringify(manifest)});
		const start = {start: 'node server.js'};
		const same = {scripts: start, dependencies: {a: '1'}};
		expect(await change(withManifest({...same, engines: {node: '24'}}))).toEqual([
			'source changed: 1 file',
			'detected Node version 22 → 24',
		]);
		expect(
			await change(withManifest({...same, engines: {node: '22'}, scripts: {start: 'node other.js', build: 'x'}})),
		).toEqual(['source changed: 1 file', 'build command changed', 'start command changed']);
		const service = (build: Partial<Service['build']>) => ({service: makeService({path: 'web', build})});
		expect(await change({}, service({command: 'make'}))).toEqual(['build command changed']);
		expect(await change({}, service({packages: {build: ['git'], runtime: []}}))).toEqual([
			'built-in builder changed its build steps',
		]);
		expect(await change({'web/Dockerfile': 'FROM x'})).toEqual([
			'source changed: 1 file',
			'builder changed: detected to dockerfile',
		]);
	});

	test('has a manifest that keeps the detected inputs in a file', async () => {
		const {manifest} = await plan(makeTree(node));
		const file = `${makeTree()}/web.json`;
		writeManifest(file, manifest);
		expect(readManifest(file)).toEqual(manifest);
	});

	test('is sent without the dependencies installed on this machine, wherever their links lead', async () => {
		const root = makeTree({
			...node,
			'web/node_modules/a/index.js': '',
			'web/node_modules/outside': {link: '/etc'},
			'web/lib/node_modules/kept.js': '',
			'web/py/requirements.txt': '',
			'web/py/.venv/bin/python': {link: '/usr/bin/python3'},
			'web/py/__pycache__/a.pyc': '',
		});
		const {manifest} = await plan(root);
		expect([...manifest.files.keys()]).toEqual([
			'.gitignore',
			'lib/node_modules/kept.js',
			'package-lock.json',
			'package.json',
			'py/requirements.txt',
			'server.js',
		]);
	});

	test('of no known stack is an error that lists what was looked for', async () => {
		await expect(plan(makeTree({'web/x.txt': ''}))).rejects.toThrow(
			[
				'Cannot detect how to build service "web". Looked for:',
				'  Dockerfile in web: not found',
				'  Railpack: railpack not found',
				'  Go: go.mod, go.work, main.go',
				'  Python: requirements.txt, pyproject.toml, Pipfile, main.py, app.py, start.py, bot.py, hello.py, server.py',
				'  Node: package.json, package.json5, package.yaml',
				'  static files: Staticfile, public/, index.html',
				'  shell: Procfile, start.sh',
			].join('\n'),
		);
	});

	test('is built with mounts if the engine has BuildKit, else without them and with a notice', async () => {
		for (const hasBuildKit of [true, false]) {
			let sent = '';
			const memory = createMemoryEngine({
				registry: {'node:22-slim': {}},
				build: (_request, context) => {
					sent = context.toString();
					return {};
				},
			});
			const engine = {...memory, hasBuildKit: async () => hasBuildKit};
			const planned = await plan(makeTree(node));
			const progress: BuildProgress[] = [];
			const onProgress = (event: BuildProgress) => progress.push(event);
			await runBuild(engine, planned, {reference: `x:${planned.key}`, labels: {}, onProgress});
			expect(sent).toContain('RUN ');
			expect(sent.includes('--mount')).toBe(hasBuildKit);
			expect(sent).not.toContain('canary');
			const said = progress.some(event => event.type === 'output' && event.text.includes('classic builder'));
			expect(said).toBe(!hasBuildKit);
		}
	});

	test('fails to build if a file changes after the plan', async () => {
		const root = makeTree(node);
		const {context, written} = await plan(root);
		writeFileSync(`${root}/web/server.js`, 'x');
		await expect(buffer(packContext(context, written))).rejects.toThrow(
			'"server.js" changed while it was being packed.',
		);
	});
});

describe('with hostile paths,', () => {
	const publish = (outputDirectory: string) => ({
		service: makeService({path: 'web', kind: 'static', build: {outputDirectory}}),
	});

	test.each(['..', '../web2', '/etc', 'dist/../..', '.', 'a/..', '\\etc', 'C:\\x', 'a\0b', '..\\x'])(
		'outputDirectory %j is rejected',
		async outputDirectory => {
			await expect(plan(makeTree({'web/a/x': ''}), publish(outputDirectory))).rejects.toThrow(
				'build.outputDirectory must be a relative path inside the service directory and must not resolve to the service root.',
			);
		},
	);

	test('a folder that is or becomes a link out of the source is rejected', async () => {
		const root = makeTree({'web/package.json': '{}', 'web/dist': {link: '/etc'}});
		await expect(plan(root, publish('dist'))).rejects.toThrow('must not include symlink entry "dist".');

		const swapped = makeTree({'web/dist/index.html': 'one'});
		const {context, written} = await plan(swapped, publish('dist'));
		rmSync(`${swapped}/web/dist`, {recursive: true});
		symlinkSync('/etc', `${swapped}/web/dist`);
		await expect(buffer(packContext(context, written))).rejects.toThrow(
			'"dist/index.html" changed while it was being packed.',
		);
	});

	test('a package.json that is a link is named', async () => {
		const root = makeTree({'web/package.json': {link: 'other.json'}, 'web/other.json': '{}'});
		await expect(plan(root)).rejects.toThrow('services.web: package.json cannot be read: it is a symbolic link.');
	});

	test('a package.json that becomes a link during the plan is not read', async () => {
		const root = makeTree({'web/package.json': '{"scripts": {"start": "x"}}'});
		const {context} = await plan(root);
		rmSync(`${root}/web/package.json`);
		symlinkSync('/etc/hostname', `${root}/web/package.json`);
		await expect(buffer(packContext(context))).rejects.toThrow('"package.json" changed while it was being packed.');
	});

	test('names from the source’s files cannot break out of their instruction', async () => {
		const root = makeTree();
		const start = 'node a.js"]\nRUN touch /evil\n#';
		writeTree(root, {'web/package.json': JSON.stringify({scripts: {start, build: 'x\nFROM evil'}})});
		const {written} = await plan(root);
		const lines = written!['Dockerfile']!.split('\n');
		expect(lines.filter(line => /evil/.test(line)).every(line => line.startsWith('CMD ["/bin/sh","-c",'))).toBe(true);
	});
});
