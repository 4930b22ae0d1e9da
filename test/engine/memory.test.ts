import {describe, expect, test} from 'vitest';
import {eachLine} from '../../source/engine/each-line.ts';
import {createMemoryEngine} from '../../source/engine/memory.ts';
import {EngineError} from '../../source/errors.ts';
import {testContract} from '../docker/contract.ts';
import {collect, idleSpec, makeNetwork, smallImage, tarOf, withEngine} from '../docker/helpers.ts';

const images = {[smallImage]: {}};

describe('in the memory engine, as in Docker,', () => {
	const engine = createMemoryEngine({
		images,
		start: ({command = []}) => {
			if (command[0] === '/absent-program')
				return {type: 'fails', error: 'stat /absent-program: no such file or directory'};
			// The words after `sh -c SCRIPT NAME` are its arguments.
			if (command[2]?.endsWith('exit $#')) return {type: 'exits', code: command.length - 4};
			const code = /exit (\d+)$/.exec(command.at(-1) ?? '')?.[1];
			return code ? {type: 'exits', code: Number(code), output: ['done']} : {type: 'runs'};
		},
		exec: async ({input = ''}) => {
			const given = await input;
			if (typeof given === 'string') return {stdout: given};
			let stdout = '';
			for await (const part of given) stdout += part;
			return {stdout};
		},
	});
	testContract(withEngine(engine));
});

describe('in the memory engine,', () => {
	const labels = {test: '1'};

	test('the same calls give the same ids and times', async () => {
		const observed = async () => {
			const engine = createMemoryEngine({images});
			await makeNetwork(engine, labels, {name: 'n', subnet: '10.0.0.0/28'});
			await engine.run(idleSpec(labels, {name: 'web', attachments: [{network: 'n'}]}));
			return engine.observe(labels);
		};
		expect(await observed()).toEqual(await observed());
	});

	test('a call can be made to fail once, before or after it does its work', async () => {
		const engine = createMemoryEngine({images});
		const lost = new EngineError('the answer is lost');
		engine.failNext('create', lost);
		await expect(engine.create(idleSpec(labels, {name: 'a'}))).rejects.toBe(lost);
		expect(await engine.findByName('container', 'a')).toBeUndefined();
		engine.failNext('create', lost, 'after');
		await expect(engine.create(idleSpec(labels, {name: 'b'}))).rejects.toBe(lost);
		expect(await engine.findByName('container', 'b')).toBeDefined();
		await engine.create(idleSpec(labels, {name: 'c'}));
	});

	test('all calls are recorded in order, including failed ones', async () => {
		const engine = createMemoryEngine({images});
		const id = await engine.run(idleSpec(labels, {name: 'web'}));
		await engine.start('absent').catch(() => undefined);
		await engine.stop(id, 3);
		expect(engine.calls.map(({method}) => method)).toEqual(['run', 'start', 'stop']);
		expect(engine.calls.at(-1)?.args).toEqual([id, 3]);
	});

	test('the restart policy applies after a crash', async () => {
		const engine = createMemoryEngine({images});
		const stays = await engine.run(idleSpec(labels, {restart: {policy: 'unless-stopped'}}));
		engine.crash(stays, 137, true);
		expect(await engine.inspectContainer(stays)).toMatchObject({state: 'running', restartCount: 1});
		const limited = await engine.run(idleSpec(labels, {restart: {policy: 'on-failure', maxRetries: 1}}));
		engine.crash(limited, 1);
		engine.crash(limited, 1);
		expect(await engine.inspectContainer(limited)).toMatchObject({state: 'exited', restartCount: 1, exitCode: 1});
		const plain = await engine.run(idleSpec(labels));
		engine.crash(plain, 137, true);
		expect(await engine.inspectContainer(plain)).toMatchObject({state: 'exited', isOutOfMemory: true, exitCode: 137});
	});

	test('automatic addresses come from the address range until it is exhausted', async () => {
		const engine = createMemoryEngine({images});
		await makeNetwork(engine, labels, {name: 'n', subnet: '10.0.0.0/28', addressRange: '10.0.0.8/29'});
		const run = async () => {
			const id = await engine.run(idleSpec(labels, {attachments: [{network: 'n'}]}));
			return (await engine.inspectContainer(id))?.networks['n'];
		};
		// The first one is the gateway's.
		const given = ['10.0.0.9', '10.0.0.10', '10.0.0.11', '10.0.0.12', '10.0.0.13', '10.0.0.14'];
		for (const address of given) expect(await run()).toBe(address);
		await expect(run()).rejects.toThrow('no available IPv4 addresses');
	});

	test('a pull finds the images of the registry', async () => {
		const engine = createMemoryEngine({registry: {'redis:8': {exposedPorts: [6379]}}});
		expect(await engine.pullImage('redis:8', () => {})).toMatchObject({tags: ['redis:8'], exposedPorts: [6379]});
		await expect(engine.pullImage('redis:9', () => {})).rejects.toThrow('manifest for redis:9 not found');
	});

	test('an image depends on its context', async () => {
		const engine = createMemoryEngine();
		const build = (text: string, reference: string) =>
			engine.buildImage({context: tarOf({a: text}), dockerfile: 'Dockerfile', reference, labels, args: {}}, () => {});
		const first = await build('one', 'web:1');
		const second = await build('two', 'web:2');
		expect(first.id).not.toBe(second.id);
		expect(await engine.listImages(labels)).toHaveLength(2);
	});

	test('a container’s output is in its log', async () => {
		const engine = createMemoryEngine({images});
		const id = await engine.run(idleSpec(labels));
		const following = collect(eachLine(engine.logs(id, {follow: true, tail: 1})));
		engine.print(id, 'hello', 'stderr');
		engine.crash(id, 0);
		expect(await following).toMatchObject([{text: 'hello', stream: 'stderr'}]);
	});
});
