import {describe, expect, test} from 'vitest';
import {toSeconds} from '../../source/engine/docker-logs.ts';
import {eachLine} from '../../source/engine/each-line.ts';
import {defaultPids} from '../../source/engine/engine.ts';
import {createPullProgress} from '../../source/engine/pull-progress.ts';
import {EngineError} from '../../source/errors.ts';
import {addressIn, collect, idleSpec, makeNetwork, smallImage, uniqueName, until, withEngine} from './helpers.ts';
import {straightDocker} from './straight.ts';

const {engine, labels} = withEngine();
const shell = (script: string) => ['sh', '-c', script];

test('the engine’s information is read', async () => {
	const info = await engine.info();
	expect(info).toMatchObject({hasBuildKit: true, address: engine.address, id: expect.stringMatching(/./)});
	expect(info.rootDirectory).toMatch(/^\//);
	// The offset is measured at each call, and this engine's clock is ours.
	const {clockOffsetMs, ...identity} = await engine.info();
	expect(info).toMatchObject(identity);
	for (const offset of [info.clockOffsetMs, clockOffsetMs]) expect(Math.abs(offset)).toBeLessThan(2000);
});

describe('a container', () => {
	test('matches its specification', async () => {
		const [env, mesh] = [await makeNetwork(engine, labels), await makeNetwork(engine, labels)];
		const volume = uniqueName('volume');
		await engine.createVolume(volume, labels);
		const id = await engine.run(
			idleSpec(labels, {
				env: {GREETING: 'hello = world', EMPTY: ''},
				attachments: [
					{network: env.name, address: addressIn(env, 5), aliases: ['web']},
					{network: mesh.name, address: addressIn(mesh, 6), aliases: ['api']},
				],
				volumes: {[volume]: {path: '/data'}},
				tmpfs: {'/scratch': 'rw,size=64k'},
				files: [
					{path: '/etc/web/secret', content: 'grüße', mode: 0o400, uid: 33, gid: 34},
					{path: '/data/new/page', content: new Uint8Array([0, 255, 10])},
				],
				limits: {cpu: 0.5, memory: 64 * 2 ** 20, pids: 200},
				user: '33:34',
				hostname: 'web-1',
				capabilities: ['NET_BIND_SERVICE'],
				stopGraceSeconds: 7,
				restart: {policy: 'on-failure', maxRetries: 3},
			}),
		);
		const {stdout} = await engine.exec(
			id,
			shell(
				'echo "$GREETING|$EMPTY|$(hostname)|$(id -u):$(id -g)"; hostname -I | tr " " "\\n" | sort | xargs; cat /etc/web/secret; echo; stat -c "%a %u %g" /etc/web/secret; stat -c "%a %s" /data/new/page; grep -E "NoNewPrivs|CapBnd" /proc/self/status; stat -f -c %T /scratch; cat /proc/1/comm',
			),
		);
		expect(stdout.split('\n')).toEqual([
			'hello = world||web-1|33:34',
			[addressIn(env, 5), addressIn(mesh, 6)].sort().join(' '),
			'grüße',
			'400 33 34',
			'644 3',
			expect.stringMatching(/^CapBnd:\s0+400$/),
			expect.stringMatching(/^NoNewPrivs:\s1$/),
			'tmpfs',
			'sh',
			'',
		]);
		const {HostConfig, Config} = await straightDocker().getContainer(id).inspect();
		expect(HostConfig).toMatchObject({
			NanoCpus: 5e8,
			Memory: 64 * 2 ** 20,
			PidsLimit: 200,
			RestartPolicy: {Name: 'on-failure', MaximumRetryCount: 3},
			LogConfig: {Type: 'json-file', Config: {'max-size': '10m', 'max-file': '3'}},
		});
		expect(Config).toMatchObject({StopTimeout: 7});
		const plain = await straightDocker()
			.getContainer(await engine.create(idleSpec(labels)))
			.inspect();
		expect(plain.HostConfig.PidsLimit).toBe(defaultPids);
		await engine.setRestart(id, {policy: 'unless-stopped'});
		expect((await straightDocker().getContainer(id).inspect()).HostConfig.RestartPolicy?.Name).toBe('unless-stopped');
	});

	test('finds its siblings by their aliases in each network', async () => {
		const network = await makeNetwork(engine, labels);
		const [web, api] = [addressIn(network, 4), addressIn(network, 5)];
		const id = await engine.run(
			idleSpec(labels, {attachments: [{network: network.name, address: web, aliases: ['web']}]}),
		);
		await engine.run(
			idleSpec(labels, {attachments: [{network: network.name, address: api, aliases: ['api', 'api.internal']}]}),
		);
		const {stdout} = await engine.exec(
			id,
			shell('getent hosts api | cut -d" " -f1; getent hosts api.internal | cut -d" " -f1'),
		);
		expect(stdout).toBe(`${api}\n${api}\n`);
	});

	test('without a network has no network access', async () => {
		const id = await engine.run(idleSpec(labels));
		expect((await engine.exec(id, shell('ls /sys/class/net'))).stdout).toBe('lo\n');
	});

	test('can receive files while it runs', async () => {
		const id = await engine.run(idleSpec(labels));
		await engine.writeFiles(id, [{path: '/tmp/late/file', content: 'late'}]);
		expect(await engine.exec(id, ['cat', '/tmp/late/file'])).toMatchObject({stdout: 'late', exitCode: 0});
		await expect(engine.writeFiles('absent', [{path: '/x', content: ''}])).rejects.toEqual(
			expect.objectContaining({
				name: 'EngineError',
				status: 404,
				message: expect.stringMatching(/^cannot write files into container absent: /),
			}),
		);
	});

	test('is killed after its grace period', async () => {
		const id = await engine.run(idleSpec(labels, {command: shell('trap "" TERM; while :; do sleep 0.1; done')}));
		const begun = performance.now();
		await engine.stop(id, 1);
		expect(performance.now() - begun).toBeLessThan(4000);
		expect(await engine.inspectContainer(id)).toMatchObject({state: 'exited', exitCode: 137});
	});

	test('with an init stops on the signal even if its program does not handle it', async () => {
		const endOf = async (hasInit: boolean, script: string, grace: number) => {
			const id = await engine.run(idleSpec(labels, {command: shell(script), hasInit}));
			// A signal before the program has begun is lost.
			await until(async () => (await collect(eachLine(engine.logs(id, {})))).length > 0);
			await engine.stop(id, grace);
			return (await engine.inspectContainer(id))!.exitCode;
		};
		expect(await endOf(false, 'echo up; exec sleep 600', 1)).toBe(137);
		expect(await endOf(true, 'echo up; exec sleep 600', 60)).toBe(143);
		expect(await endOf(true, 'echo up; sleep 600; true', 60)).toBe(143);
		expect(await endOf(true, "trap 'exit 5' TERM; echo up; while :; do sleep 0.1; done", 60)).toBe(5);
		const id = await engine.run(idleSpec(labels, {command: shell('exit 9'), hasInit: true}));
		expect(await engine.wait(id)).toBe(9);
	});

	test('can be removed by two processes at the same time', async () => {
		const id = await engine.run(idleSpec(labels));
		await Promise.all([engine.remove(id), engine.remove(id), engine.remove(id)]);
		expect(await engine.inspectContainer(id)).toBeUndefined();
	});

	test('is removed with its anonymous volumes', async () => {
		const docker = straightDocker();
		const own = {...labels, 'compartment.address': uniqueName()};
		const made = await docker.createContainer({Image: smallImage, Labels: own, Volumes: {'/anonymous': {}}});
		const {Mounts} = await made.inspect();
		const name = Mounts[0]?.Name ?? '';
		expect(await engine.findByName('volume', name)).toBeDefined();
		await engine.remove(made.id);
		expect(await engine.findByName('volume', name)).toBeUndefined();
	});

	test('that ran out of memory is reported as such', async () => {
		const id = await engine.run(
			idleSpec(labels, {command: shell('a=x; while :; do a=$a$a; done'), limits: {memory: 16 * 2 ** 20}}),
		);
		await engine.wait(id);
		expect(await engine.inspectContainer(id)).toMatchObject({isOutOfMemory: true, state: 'exited'});
	});

	test('never has the value of a variable in an error', async () => {
		const refused = (env: Record<string, string>) =>
			engine.run(idleSpec(labels, {env, command: ['/absent']})).catch(String);
		expect(await refused({TOKEN: 'hunter2'})).not.toContain('hunter2');
		expect(await refused({'': 'hunter2'})).toBe('UserError: invalid variable name ""');
		expect(await refused({'A=B': 'hunter2'})).toBe('UserError: invalid variable name "A=B"');
		expect(await refused({TOKEN: 'hunter2\0'})).toBe(
			'UserError: variable TOKEN contains a NUL byte, which environment variables cannot hold',
		);
	});
});

describe('a command inside a container', () => {
	test('returns its exit code, streams its output, and runs as the given user', async () => {
		const id = await engine.run(idleSpec(labels));
		const lines: string[] = [];
		const result = await engine.exec(id, shell('id -u; echo "$KEY"; echo bad >&2; printf "no end"; exit 9'), {
			user: '33',
			env: {KEY: 'ü'},
			onLine: (line, stream) => lines.push(`${stream} ${line}`),
		});
		expect(result).toEqual({exitCode: 9, stdout: '33\nü\nno end', stderr: 'bad\n'});
		expect(lines.filter(line => line.startsWith('stdout'))).toEqual(['stdout 33', 'stdout ü', 'stdout no end']);
		expect(lines).toContain('stderr bad');
		expect(await engine.exec(id, ['absent-program'])).toMatchObject({
			exitCode: expect.toSatisfy(code => code === 126 || code === 127),
		});
	});

	test('can read and write megabytes', async () => {
		const id = await engine.run(idleSpec(labels));
		const input = 'Zeile äöü\n'.repeat(300_000);
		const {stdout, exitCode} = await engine.exec(id, ['cat'], {input});
		expect(exitCode).toBe(0);
		expect(stdout === input).toBe(true);
		expect(await engine.exec(id, shell('head -c 5; exit 0'), {input})).toMatchObject({stdout: 'Zeile', exitCode: 0});
		expect(await engine.exec(id, ['cat'], {input: ''})).toEqual({exitCode: 0, stdout: '', stderr: ''});
	});

	test.each([undefined, 'input'])('keeps running after an abort, with input %s', async input => {
		const id = await engine.run(idleSpec(labels));
		const reason = new EngineError('enough');
		const controller = new AbortController();
		const running = engine.exec(id, shell('echo begun; sleep 60'), {
			input,
			signal: controller.signal,
			onLine: () => controller.abort(reason),
		});
		await expect(running).rejects.toBe(reason);
		await expect(engine.exec(id, ['true'], {signal: controller.signal})).rejects.toBe(reason);
	});
});

describe('a log', () => {
	const run = async (script: string) => {
		const id = await engine.run(idleSpec(labels, {command: shell(script)}));
		await engine.wait(id);
		return id;
	};
	const texts = async (id: string, options = {}) =>
		(await collect(eachLine(engine.logs(id, options)))).map(({text}) => text);

	test("has both streams with the engine's times", async () => {
		const lines = await collect(eachLine(engine.logs(await run('echo one; echo two >&2; printf three'), {})));
		expect(lines.map(({stream, text}) => `${stream} ${text}`).sort()).toEqual([
			'stderr two',
			'stdout one',
			'stdout three',
		]);
		for (const {at} of lines) expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
	});

	test('has lines of up to 64 KiB in one piece, whole characters and empty lines', async () => {
		// The engine stores 16 KiB at a time. A character that is split by this is lost before we can read it.
		const script = 'printf "é漢%0.s" $(seq 2000); printf "x%.0s" $(seq 50000); echo; echo; echo after';
		const [long = '', ...rest] = await texts(await run(script));
		expect(long === `${'é漢'.repeat(2000)}${'x'.repeat(50_000)}`).toBe(true);
		expect(rest).toEqual(['', 'after']);
		const cut = await texts(await run('head -c 200000 /dev/zero | tr "\\0" y; echo; echo after'));
		expect(cut.map(({length}) => length)).toEqual([65_536, 65_536, 65_536, 200_000 - 3 * 65_536, 5]);
	});

	test('can be limited to the last lines or to those after a time', async () => {
		const id = await run('for n in 1 2 3 4 5; do echo $n; sleep 0.02; done');
		expect(await texts(id, {tail: 2})).toEqual(['4', '5']);
		const lines = await collect(eachLine(engine.logs(id, {})));
		expect(await texts(id, {since: lines[3]!.at})).toEqual(['4', '5']);
		expect(await texts(id, {since: '2000-01-01T00:00:00+02:00'})).toHaveLength(5);
		await expect(texts(id, {since: 'yesterday'})).rejects.toThrow('invalid time "yesterday"');
		await expect(texts('absent')).rejects.toThrow('cannot read the log of container absent: No such container: absent');
	});

	test('can be followed line by line until an abort', async () => {
		const id = await engine.run(idleSpec(labels, {command: shell('while :; do echo tick; sleep 0.05; done')}));
		const controller = new AbortController();
		let seen = 0;
		for await (const {text} of eachLine(engine.logs(id, {follow: true, tail: 0, signal: controller.signal}))) {
			expect(text).toBe('tick');
			if (++seen === 3) controller.abort();
		}
		expect(seen).toBe(3);
		for await (const {text} of eachLine(engine.logs(id, {follow: true}))) {
			expect(text).toBe('tick');
			break;
		}
		expect(await collect(eachLine(engine.logs(id, {follow: true, signal: controller.signal})))).toEqual([]);
	});

	test('can be read from a container with a TTY', async () => {
		const made = await straightDocker().createContainer({
			Image: smallImage,
			Labels: {...labels},
			Tty: true,
			Cmd: shell('echo one; echo two'),
		});
		await made.start();
		await engine.wait(made.id);
		expect(await texts(made.id)).toEqual(['one', 'two']);
	});

	test('accepts times, which become seconds without losing digits', () => {
		expect(toSeconds('2026-01-31T08:00:00.123456789Z')).toBe('1769846400.123456789');
		expect(toSeconds('2026-01-31T10:00:00+02:00')).toBe('1769846400');
		expect(toSeconds('1769846400.5')).toBe('1769846400.5');
	});
});

describe('a pull', () => {
	test('that fails reports the registry’s message', async () => {
		await expect(engine.pullImage('127.0.0.1:1/absent:1', () => {})).rejects.toEqual(
			expect.objectContaining({
				name: 'EngineError',
				status: 500,
				message: expect.stringMatching(/^cannot pull image 127\.0\.0\.1:1\/absent:1: .*connection refused/),
			}),
		);
	});

	test('reports a fraction over all layers that never decreases', () => {
		const toProgress = createPullProgress();
		const half = {current: 50, total: 100};
		const messages = [
			{status: 'Pulling from library/web', id: '1'},
			{status: 'Pulling fs layer', id: 'a'},
			{status: 'Already exists', id: 'b'},
			{status: 'Downloading', id: 'a', progressDetail: half},
			{status: 'Downloading', id: 'a', progressDetail: {current: 40, total: 100}},
			{status: 'Download complete', id: 'a'},
			{status: 'Extracting', id: 'a', progressDetail: half},
			{status: 'Pull complete', id: 'a'},
			{status: 'Status: Downloaded newer image'},
		];
		const fractions = messages.map(message => toProgress(message).fraction);
		expect(fractions).toEqual([undefined, 0, 0.5, 0.6875, 0.6875, 0.875, 0.9375, 1, 1]);
	});
});

test('observing a few containers takes a few milliseconds', async () => {
	await engine.run(idleSpec(labels));
	await engine.observe(labels);
	const begun = performance.now();
	for (let round = 0; round < 20; round++) await engine.observe(labels);
	expect((performance.now() - begun) / 20).toBeLessThan(50);
});
