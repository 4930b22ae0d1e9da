import {mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeEach, describe, expect, test} from 'vitest';
import {expectError, withSandbox, words} from './cli.ts';
import {smallImage} from './helpers.ts';

const sandbox = withSandbox();
const apply = ['apply', '--auto-approve'] as const;

/** A job, because an apply only builds it. */
const job = (changes: object = {}) => ({kind: 'job', path: 'web', ...changes});
const dockerfile = (...steps: readonly string[]) =>
	sandbox.write({'web/Dockerfile': [`FROM ${smallImage}`, ...steps, 'CMD ["true"]', ''].join('\n')});

beforeEach(() => {
	rmSync(join(sandbox.folder, 'web'), {recursive: true, force: true});
	sandbox.describe({services: {web: job()}});
});

describe('a source that leaves the repository', () => {
	const site = (outputDirectory: string) => ({kind: 'static', path: 'web', build: {outputDirectory}});
	const inside = 'must stay within the current repository or worktree';
	const relative = 'must be relative to the directory containing compartment.yml';
	const output = 'build.outputDirectory must be a relative path inside the service directory';
	const cases: readonly (readonly [service: object, message: string])[] = [
		[job({path: '../outside'}), `Service path "../outside" ${inside}.`],
		[job({path: '/etc'}), `Service path "/etc" ${relative}.`],
		[job({path: 'link'}), 'Service path "link" must not include symlinks.'],
		[job({dockerfile: '../outside/Dockerfile'}), `dockerfile ${inside}.`],
		[job({dockerfile: '/etc/passwd'}), `dockerfile ${relative}.`],
		[job({dockerfile: 'link/Dockerfile'}), 'dockerfile path "link/Dockerfile" must not include symlinks.'],
		[job({context: '../outside'}), `context ${inside}.`],
		[job({context: '/etc'}), `context ${relative}.`],
		[job({context: 'link'}), 'context path "link" must not include symlinks.'],
		[job({build: {include: ['../outside']}}), `build.include path "../outside" ${inside}.`],
		[job({build: {include: ['/etc']}}), `build.include entries ${relative}.`],
		[job({build: {include: ['link']}}), 'build.include path "link" must not include symlinks.'],
		[site('../outside'), output],
		[site('/etc'), output],
	];
	const outside = () => join(sandbox.folder, '../outside');

	beforeEach(() => {
		dockerfile();
		mkdirSync(outside(), {recursive: true});
		writeFileSync(join(outside(), 'Dockerfile'), `FROM ${smallImage}\n`);
		rmSync(join(sandbox.folder, 'link'), {force: true});
		symlinkSync('../outside', join(sandbox.folder, 'link'));
	});

	test.each(cases)('is rejected: %j', async (service, message) => {
		sandbox.describe({services: {web: service}});
		expectError(await sandbox.run(['plan']), message);
	});

	test.each(['path', 'dockerfile', 'context'])('is rejected even with a NUL in its %s', async key => {
		sandbox.describe({services: {web: job({[key]: 'we\0b'})}});
		expectError(await sandbox.run(['plan']), /must not contain a NUL character/);
	});

	test('is not followed if a folder becomes a link after the plan, and the saved plan is rejected', async () => {
		sandbox.write({'web/part/file': 'fine'});
		const file = join(sandbox.folder, '../saved.plan');
		await sandbox.succeed(['plan', '--out', file]);
		rmSync(join(sandbox.folder, 'web/part'), {recursive: true});
		symlinkSync('../../outside', join(sandbox.folder, 'web/part'));
		expectError(await sandbox.run(['apply', file]), 'Service path "web" must not include symlink entry "part".');
		rmSync(join(sandbox.folder, 'web/part'));
		sandbox.write({'web/part/file': 'other'});
		expectError(await sandbox.run(['apply', file]), 'source of service web changed');
	});
});

describe('a context of 20,000 files and 500 MB', () => {
	const tellMemory = `process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS))`;
	const env = {NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tellMemory)}`};
	const megabytes = (stderr: string) => Number(/peak (\d+)$/.exec(stderr)?.[1]) / 1024;
	const file = (group: number, name: number) => join(sandbox.folder, `web/${group}/${name}.txt`);

	test('is hashed and sent in constant memory, and is rebuilt after a changed byte but not after a touched file', async () => {
		const content = Buffer.alloc(25_600, 'some text ');
		for (let group = 0; group < 200; group += 1) {
			mkdirSync(join(sandbox.folder, `web/${group}`), {recursive: true});
			for (let name = 0; name < 100; name += 1) {
				content.writeUInt32LE(group * 100 + name);
				writeFileSync(file(group, name), content);
			}
		}
		dockerfile('COPY 7 /7');
		const planned = await sandbox.run(['plan'], {env});
		const applied = await sandbox.run(apply, {env});
		expect(applied).toMatchObject({exitCode: 0});
		for (const {stderr} of [planned, applied]) {
			expect(megabytes(stderr)).toBeGreaterThan(30);
			expect(megabytes(stderr)).toBeLessThan(350);
		}

		utimesSync(file(7, 7), new Date(), new Date());
		await sandbox.expectNoChanges();
		content.writeUInt32LE(707);
		content.write('X', 100);
		writeFileSync(file(7, 7), content);
		const plan = words(await sandbox.succeed(['plan']));
		expect(plan).toContain('~ image.web will be rebuilt: source changed: 1 file ~ 7/7.txt');

		for (let name = 0; name < 30; name += 1) writeFileSync(file(8, name), `new ${name}`);
		const short = await sandbox.succeed(['plan']);
		const full = await sandbox.succeed(['plan', '--full']);
		expect(words(short)).toContain('source changed: 31 files');
		const named = (text: string) => text.match(/~ [78]\/\d+\.txt/g)?.length;
		expect([named(short), named(full)]).toEqual([expect.any(Number), 31]);
		expect(named(short)).toBeLessThan(31);
	}, 240_000);
});
