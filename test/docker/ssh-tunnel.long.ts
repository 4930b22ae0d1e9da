import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import {afterEach, describe, expect, test} from 'vitest';
import {connectDocker} from '../../source/engine/docker.ts';
import {eachLine} from '../../source/engine/each-line.ts';
import type {EngineEvent} from '../../source/engine/engine.ts';
import {closeTunnels} from '../../source/engine/ssh/tunnel.ts';
import {collect, idleSpec, until, withEngine} from './helpers.ts';
import {isLeft, sshOf} from './ssh-processes.ts';
import {withSshd} from './sshd.ts';

const sshd = withSshd();
const {engine: direct, labels} = withEngine();
const connect = (path?: string, user?: string) => connectDocker({host: sshd.address(path, user)});
const ownSsh = () => sshOf(process.pid);

const told = (message: RegExp, hint: RegExp) =>
	expect.objectContaining({
		name: 'EngineError',
		status: undefined,
		isOutcomeUnknown: true,
		message: expect.stringMatching(message),
		hint: expect.stringMatching(hint),
	});

const failureOf = (call: Promise<unknown>): Promise<unknown> =>
	call.then(
		() => undefined,
		(error: unknown) => error,
	);

afterEach(async () => {
	await closeTunnels();
	sshd.know('right');
	sshd.configure([]);
});

describe('one ssh', () => {
	test('serves a hundred calls at the same time, and as many streams', async () => {
		const engines = Array.from({length: 10}, () => connect());
		const id = await direct.run(idleSpec(labels));
		const stop = new AbortController();
		const seen: EngineEvent[] = [];
		const streams = Array.from({length: 100}, async (_, index) => {
			for await (const event of engines[index % 10]!.events(labels, stop.signal)) seen.push(event);
		});
		const calls = Array.from({length: 100}, (_, index) => engines[index % 10]!.exec(id, ['echo', String(index)]));
		const answers = await Promise.all(calls);
		expect(answers.map(({stdout}) => stdout)).toEqual(calls.map((_, index) => `${index}\n`));
		expect(ownSsh()).toHaveLength(1);
		const before = seen.length;
		await direct.remove(id);
		// Each stream reports that it was killed, that it ended and that it is gone.
		await until(() => seen.length - before >= 300);
		stop.abort();
		await Promise.all(streams);
	});

	test('is started only for a call, and does not keep the process alive', async () => {
		const source = new URL('../../source/engine/docker.ts', import.meta.url).href;
		const script = `
			const {connectDocker} = await import('${source}');
			const engine = connectDocker({host: '${sshd.address()}'});
			if (process.argv[1] === 'call') console.log((await engine.info()).address);`;
		for (const [word, said] of [
			['none', ''],
			['call', 'ssh://root@lab\n'],
		] as const) {
			const child = spawn(process.execPath, ['--input-type=module', '--eval', script, word], {
				stdio: ['ignore', 'pipe', 'inherit'],
			});
			let output = '';
			let found = ownSsh();
			child.stdout.on('data', chunk => {
				output += String(chunk);
			});
			const looking = setInterval(() => {
				found = found.length > 0 ? found : sshOf(child.pid!);
			}, 20);
			const [exitCode] = (await once(child, 'exit')) as [number];
			clearInterval(looking);
			expect([exitCode, output]).toEqual([0, said]);
			expect(found).toHaveLength(word === 'call' ? 1 : 0);
			await until(() => !found.some(isLeft));
		}
	});

	test('leaves nothing behind when its process is killed', async () => {
		const script = fileURLToPath(new URL('ssh-follower.ts', import.meta.url));
		const child = spawn(process.execPath, [script, sshd.address()], {stdio: ['ignore', 'pipe', 'inherit']});
		await once(child.stdout, 'data');
		const [ssh] = sshOf(child.pid!);
		expect(isLeft(ssh!)).toBe(true);
		child.kill('SIGKILL');
		await until(() => !isLeft(ssh!), 3000);
		await until(() => !sshd.exec('ps', '-axo', 'command').includes('root@notty'), 3000);
	});
});

describe('a connection that is lost', () => {
	const cuts = {
		'ssh is killed': () => process.kill(ownSsh()[0]!.pid, 'SIGKILL'),
		'the other machine ends it': () => sshd.drop(),
	};

	test.each(Object.entries(cuts))('ends what was open with ssh’s words, and is opened again: %s', async (_, cut) => {
		const engine = connect();
		const id = await direct.run(idleSpec(labels));
		await engine.info();
		const streams = [
			collect(eachLine(engine.logs(id, {follow: true}))),
			collect(engine.events(labels, new AbortController().signal)),
			engine.wait(id),
			engine.exec(id, ['sleep', '1000']),
			engine.exec(id, ['sleep', '1000'], {input: 'x'}),
		];
		const isSleepingTwice = async () =>
			(await direct.exec(id, ['sh', '-c', 'cat /proc/*/cmdline'])).stdout.split('sleep\x001000').length > 2;
		await until(isSleepingTwice);
		const [previous] = ownSsh();
		cut();
		for (const error of await Promise.all(streams.map(failureOf)))
			expect(error).toEqual(
				told(/^cannot .* at ssh:\/\/root@lab is unreachable: the connection was lost \(ssh/, /`ssh root@lab`/),
			);
		expect((await engine.info()).address).toBe('ssh://root@lab');
		const [next] = ownSsh();
		expect(next!.socket).toBe(previous!.socket);
		expect(next!.pid).not.toBe(previous!.pid);
		await engine.remove(id);
	});

	test('is opened again as soon as the machine is back', async () => {
		const engine = connect();
		await engine.info();
		sshd.stop();
		await until(() => ownSsh().length === 0);
		expect(await failureOf(engine.info())).toEqual(told(/unreachable: ssh: .*(?:refused|closed|reset)/i, /lab/));
		await sshd.start();
		expect((await engine.info()).address).toBe('ssh://root@lab');
		expect(ownSsh()).toHaveLength(1);
	});
});

describe('an engine that cannot be reached over ssh is reported with the cause', () => {
	test.each([
		[
			'an unknown host key',
			() => sshd.know('none'),
			/ssh: Host key verification failed\.$/,
			/compare its fingerprint: `ssh root@lab`/,
		],
		[
			'another host key',
			() => sshd.know('wrong'),
			/ssh: Host key for .* has changed/,
			/forget the old one: `ssh-keygen -f .* -R /,
		],
		[
			'no key that the machine accepts',
			() => sshd.configure([], {hasKey: false}),
			/ssh: root@127\.0\.0\.1: Permission denied \(/,
			/`ssh-copy-id root@lab`/,
		],
		[
			'a machine that is down',
			() => sshd.configure(['ProxyCommand sh -c "exit 1"']),
			/ssh: .*(?:closed|reset|broken pipe)/i,
			/does `ssh root@lab` work/,
		],
	])('%s', async (_, prepare, message, hint) => {
		prepare();
		expect(await failureOf(connect().info())).toEqual(told(message, hint));
		expect(ownSsh()).toEqual([]);
	});

	test('an unknown host, and nothing that listens', async () => {
		expect(await failureOf(connectDocker({host: 'ssh://nobody.invalid'}).info())).toEqual(
			told(/ssh: Could not resolve hostname nobody\.invalid/, /check the name nobody\.invalid/),
		);
		expect(await failureOf(connectDocker({host: 'ssh://root@127.0.0.1:1'}).info())).toEqual(
			told(/ssh: connect to host 127\.0\.0\.1 port 1: Connection refused/, /is sshd running on 127\.0\.0\.1/),
		);
	});

	test('a user who may not use the socket, and one who may', async () => {
		expect((await connect('', 'deploy').info()).address).toBe('ssh://deploy@lab');
		expect(await failureOf(connect('', 'guest').info())).toEqual(
			told(/user guest of lab may not use \/var\/run\/docker\.sock/, /`sudo usermod -aG \S+ guest`/),
		);
	});

	test('no engine, and one that does not run', async () => {
		expect(await failureOf(connect('/run/nothing.sock').info())).toEqual(
			told(/there is no \/run\/nothing\.sock on lab/, /install Docker there/),
		);
		sshd.exec(
			'sh',
			'-c',
			'perl -MIO::Socket::UNIX -e "IO::Socket::UNIX->new(Local => q(/run/dead.sock), Listen => 1)"',
		);
		expect(await failureOf(connect('/run/dead.sock').info())).toEqual(
			told(/Cannot connect to the Docker daemon/i, /is Docker running on lab/),
		);
	});
});

describe('an sshd that does not forward sockets', () => {
	const strict = withSshd({arguments: '-o AllowStreamLocalForwarding=no'});
	test('is named', async () => {
		expect(await failureOf(connectDocker({host: strict.address()}).info())).toEqual(
			told(/the sshd of lab does not forward sockets/, /AllowStreamLocalForwarding yes/),
		);
	});
});
