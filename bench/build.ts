import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {planBuild} from '../source/build/plan-build.ts';
import {runBuild} from '../source/build/run-build.ts';
import type {Service} from '../source/descriptor/project.ts';
import {connectDocker} from '../source/engine/docker.ts';
import {median, run} from './measure.ts';
import {findPeers} from './peers.ts';
import {conditions} from './report.ts';

const rounds = 5;
const label = `compartment.bench=${process.pid}`;
const directory = mkdtempSync(join(tmpdir(), 'compartment-bench-build-'));
const engine = connectDocker();
const peers = await findPeers();

const service = (name: string): Service => ({
	name,
	kind: 'web',
	accessMode: 'public',
	isExposed: true,
	path: name,
	env: {},
	secretFiles: {},
	connections: [],
	run: {restart: {policy: 'on-failure'}},
	build: {strategy: 'auto', include: [], env: [], packages: {build: [], runtime: []}},
});

const plan = (name: string) =>
	planBuild({
		project: {directory},
		service: service(name),
		findImage: engine.findImage,
		findRailpack: async () => ({missing: 'not measured'}),
		buildArgs: {},
		cacheDirectory: join(directory, 'cache'),
	});

async function build(name: string): Promise<string> {
	const planned = await plan(name);
	const [key, value] = label.split('=') as [string, string];
	const reference = `compartment-bench-build:${planned.key}`;
	await runBuild(engine, planned, {reference, labels: {[key]: value}, onProgress: () => {}});
	return planned.written!['Dockerfile']!;
}

/** Milliseconds of every round. */
async function time(task: (round: number) => Promise<unknown>): Promise<number[]> {
	const times: number[] = [];
	for (let round = 0; round < rounds; round += 1) {
		const begun = performance.now();
		await task(round);
		times.push(performance.now() - begun);
	}
	return times;
}

const report = (what: string, times: readonly number[]) =>
	process.stdout.write(
		`| ${what} | ${median(times).toFixed(0)} | ${Math.min(...times).toFixed(0)} | ${Math.max(...times).toFixed(0)} |\n`,
	);

/** A service with one dependency, without a lock file of a registry. */
function writeService(): void {
	mkdirSync(join(directory, 'web'));
	const manifest = {scripts: {start: 'node server.js'}, dependencies: {'escape-html': '1.0.3'}};
	writeFileSync(join(directory, 'web/package.json'), JSON.stringify(manifest));
	writeFileSync(join(directory, 'web/server.js'), '// 0\n');
}

const changeLine = (text: string) => writeFileSync(join(directory, 'web/server.js'), `// ${process.pid} ${text}\n`);

/** The same Dockerfile for Compose, whose context is the source itself. */
function writeCompose(dockerfile: string): string {
	writeFileSync(join(directory, 'web/Dockerfile.compose'), dockerfile.replaceAll('source/', './'));
	const file = join(directory, 'compose.yaml');
	writeFileSync(
		file,
		`name: bench-build\nservices:\n  web:\n    build:\n      context: web\n      dockerfile: Dockerfile.compose\n      labels: ['${label}']\n`,
	);
	return file;
}

/** 20,000 files and 500 MB, most of them small, as in a repository with pictures. */
function writeLarge(): void {
	mkdirSync(join(directory, 'large'));
	writeFileSync(join(directory, 'large/package.json'), '{"scripts": {"start": "node a.js"}}');
	const content = Buffer.alloc(25_600, 'some text ');
	for (let folder = 0; folder < 200; folder += 1) {
		mkdirSync(join(directory, 'large', `f${folder}`));
		for (let file = 0; file < 100; file += 1) {
			content.writeUInt32LE(folder * 100 + file);
			writeFileSync(join(directory, 'large', `f${folder}`, `${file}.txt`), content);
		}
	}
}

try {
	process.stdout.write(
		`## Builds\n\n${conditions(peers)}\n\n| what | median ms | min | max |\n| --- | --: | --: | --: |\n`,
	);
	writeService();
	const dockerfile = await build('web');
	report(
		'compartment: rebuild after a changed line',
		await time(round => {
			changeLine(`ours ${round}`);
			return build('web');
		}),
	);
	if (peers.compose) {
		const file = writeCompose(dockerfile);
		const compose = async () => {
			const command = ['docker', 'compose', '--file', file, 'build', '--quiet'] as const;
			const {code, stderr} = await run([...command], {env: peers.compose!.env});
			if (code !== 0) throw new Error(stderr);
		};
		await compose();
		report(
			'docker compose build: after a changed line',
			await time(round => {
				changeLine(`theirs ${round}`);
				return compose();
			}),
		);
		report('docker compose build: without changes', await time(compose));
	}
	report('compartment: plan without changes', await time(() => plan('web')));

	writeLarge();
	const first = performance.now();
	await plan('large');
	report('compartment: first plan, 20,000 files, 500 MB', [performance.now() - first]);
	// Files that changed within the last seconds are not trusted to be remembered.
	await new Promise(resolve => setTimeout(resolve, 2500));
	await plan('large');
	report('compartment: plan without changes, 20,000 files, 500 MB', await time(() => plan('large')));
	process.stdout.write(
		`\nPeak memory: ${(Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024).toFixed(0)} MB\n\n`,
	);
} finally {
	rmSync(directory, {recursive: true, force: true});
	const {stdout} = await run(['docker', 'images', '--quiet', '--no-trunc', '--filter', `label=${label}`]);
	const images = [...new Set(stdout.split('\n').filter(Boolean))];
	if (images.length > 0) await run(['docker', 'rmi', '--force', ...images]);
}
