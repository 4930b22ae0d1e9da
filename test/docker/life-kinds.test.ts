import {execFileSync} from 'node:child_process';
import {describe, expect, test} from 'vitest';
import {containersAt, expectError, withSandbox, words} from './cli.ts';
import {publicService} from './cli-server.ts';
import {lifeFiles} from './life-server.ts';
import {ask} from './router-lab.ts';

const program = (script: string) => `node -e "${script}"`;

describe('a worker', () => {
	const worker = (changes = {}) => ({
		path: './services/mailer',
		kind: 'worker',
		env: {PORT: 'none'},
		run: {restart: {policy: 'unless-stopped'}},
		...changes,
	});
	const sandbox = withSandbox(async opened => {
		opened.write(lifeFiles('mailer', 'v1'));
		opened.describe({services: {mailer: worker()}});
		await opened.succeed(['deploy']);
	});

	test('runs without a host and restarts by its policy', async () => {
		const {id} = await sandbox.running('service.mailer');
		expect(await sandbox.succeed(['status'])).toMatch(/^mailer +healthy +dpl_\w+ +\S+ +–$/m);
		expectError(await sandbox.run(['open', 'mailer']), /has no host/);
		await sandbox.engine.exec(id, ['sh', '-c', 'kill 1']);
		const restarts = async () => (await sandbox.engine.inspectContainer(id))?.restartCount;
		await expect.poll(restarts, {timeout: 10_000}).toBe(1);
		await expect
			.poll(async () => (await sandbox.engine.inspectContainer(id))?.state, {timeout: 10_000})
			.toBe('running');
	});

	test('is stopped before the new one starts', async () => {
		sandbox.setVersion('mailer', 'v2');
		const plan = words(await sandbox.succeed(['plan']));
		expect(plan).toMatch(/-\/\+ service\.mailer will be replaced, [^:]+: source changed: 1 file/);
		await sandbox.succeed(['deploy']);
		const [previous, active] = await Promise.all(
			containersAt(await sandbox.observe(), 'service.mailer').map(({id}) => sandbox.engine.inspectContainer(id)),
		);
		expect(previous).toMatchObject({state: 'exited'});
		expect(active).toMatchObject({state: 'running'});
		expect(previous!.finishedAt!).toBeLessThanOrEqual(active!.startedAt!);
		await sandbox.expectNoChanges();
	});

	test('that does not stay up is replaced by the previous one', async () => {
		const {id} = await sandbox.running('service.mailer');
		const crash = 'echo lost the connection to the queue; exit 9';
		sandbox.write({'services/mailer/Dockerfile': `FROM node:24-slim\nCMD ["sh", "-c", "${crash}"]\n`});
		const {stdout, exitCode} = await sandbox.run(['deploy']);
		expect(exitCode).toBe(1);
		expect(words(stdout)).toMatch(/service\.mailer: restarted the previous deployment dpl_\w+/);
		expect(stdout).toContain('lost the connection to the queue');
		expect((await sandbox.running('service.mailer')).id).toBe(id);
	});
});

describe('a job', () => {
	const dockerfile = `FROM node:24-slim
COPY report.js /
CMD ["node", "/report.js"]
`;
	const report =
		"console.log('report', process.argv.slice(2), process.env.TARGET); process.exitCode = Number(process.argv[2] ?? 0);";
	const cleaning = program("console.log('cleaned', process.argv.slice(1))");
	const sandbox = withSandbox(async opened => {
		opened.write({'report/Dockerfile': dockerfile, 'report/report.js': report});
		opened.describe({
			services: {
				report: {path: './report', kind: 'job', env: {TARGET: 'finance'}},
				nightly: {image: 'node:24-slim', kind: 'cron', schedule: {cron: '0 2 * * *'}, run: {command: cleaning}},
			},
		});
		await opened.succeed(['deploy']);
	});

	test('is built by a deploy and runs nothing', async () => {
		expect((await sandbox.observe()).containers).toEqual([]);
		expect(await sandbox.succeed(['status'])).toMatch(/^report +idle/m);
		expectError(await sandbox.run(['exec', 'report', '--', 'true']), /has no running container/);
		await sandbox.expectNoChanges();
	});

	test('runs to its end with the arguments after --, and its exit code is passed on', async () => {
		const good = await sandbox.run(['job', 'run', 'report']);
		expect(good).toMatchObject({exitCode: 0, stdout: 'report [] finance\n'});
		const bad = await sandbox.run(['job', 'run', 'report', '--', '7', '--month', 'may june']);
		expect(bad).toMatchObject({exitCode: 7, stdout: "report [ '7', '--month', 'may june' ] finance\n"});
		expect((await sandbox.observe()).containers).toEqual([]);
	});

	test('is listed with its exit code, and its output is kept', async () => {
		const table = await sandbox.succeed(['job', 'list']);
		expect(table).toMatch(/^job_\w+ +report +failed +7 .* 7 --month may june$/m);
		expect(table).toMatch(/^job_\w+ +report +succeeded +0 /m);
		expect(await sandbox.succeed(['job', 'logs'])).toBe("report [ '7', '--month', 'may june' ] finance\n");
		const {runs} = JSON.parse(await sandbox.succeed(['job', 'list', '--json'])) as {
			runs: {id: string; exitCode: number}[];
		};
		const first = runs.find(({exitCode}) => exitCode === 0)!;
		expect(await sandbox.succeed(['job', 'logs', first.id])).toBe('report [] finance\n');
	});

	test('of kind cron keeps its schedule and can be run manually', async () => {
		expect(await sandbox.succeed(['inspect', '--service', 'nightly'])).toMatch(/schedule:\n +cron: 0 2 \* \* \*/);
		expect(await sandbox.run(['job', 'run', 'nightly', '--', 'a b'])).toMatchObject({
			exitCode: 0,
			stdout: "cleaned [ 'a b' ]\n",
		});
		expect(await sandbox.succeed(['job', 'logs', 'nightly'])).toBe("cleaned [ 'a b' ]\n");
	});

	test('that does not exist is reported', async () => {
		expectError(await sandbox.run(['job', 'run', 'absent']), /job absent has not been deployed yet/);
		expectError(await sandbox.run(['job', 'logs', 'absent']), /There is no log of absent/);
	});
});

describe('a service with the fields of Compose', () => {
	const sandbox = withSandbox(async opened => {
		opened.write({
			...lifeFiles('web', 'v1'),
			'docker/web.Dockerfile':
				'FROM node:24-slim\nWORKDIR /app\nCOPY services/web .\nCOPY greeting.txt .\nCMD ["node", "server.mjs"]\n',
			'greeting.txt': 'hello',
		});
		const image = (await opened.engine.findImage('node:24-slim'))!;
		const hello =
			"require('http').createServer((_, answer) => answer.end('port ' + process.env.PORT)).listen(process.env.PORT)";
		opened.describe({
			services: {
				web: publicService('web', {
					dockerfile: 'docker/web.Dockerfile',
					context: '.',
					port: 4567,
					domain: `${opened.project}.example.test`,
					limits: {cpu: 0.5, memory: '96m'},
					env: {GREETING: 'good day'},
				}),
				prebuilt: {image: image.id, accessMode: 'public', port: 8123, run: {command: program(hello)}},
			},
		});
		await opened.succeed(['deploy']);
	});

	test('uses its dockerfile, context, port, env and limits', async () => {
		const container = await sandbox.running('service.web');
		const limits = [
			'docker',
			'inspect',
			'--format',
			'{{.HostConfig.NanoCpus}} {{.HostConfig.Memory}}',
			container.id,
		] as const;
		expect(execFileSync(limits[0], limits.slice(1), {encoding: 'utf8'}).trim()).toBe(`500000000 ${96 * 2 ** 20}`);
		expect((await sandbox.engine.exec(container.id, ['cat', 'greeting.txt'])).stdout).toBe('hello');
		expect(JSON.parse((await sandbox.ask('/env')).body)).toMatchObject({GREETING: 'good day', PORT: '4567'});
	});

	test('answers at its domain too', async () => {
		expect(await ask(sandbox.router, {host: `${sandbox.project}.example.test`})).toMatchObject({
			status: 200,
			body: 'web v1',
		});
		expect((await sandbox.ask()).body).toBe('web v1');
		expect(await sandbox.succeed(['inspect', '--service', 'web'])).toContain(`${sandbox.project}.example.test`);
	});

	test('runs a prebuilt image', async () => {
		expect((await sandbox.ask('/', {service: 'prebuilt'})).body).toBe('port 8123');
		await sandbox.expectNoChanges();
	});
});
