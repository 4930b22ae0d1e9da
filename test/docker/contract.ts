import {expect, test} from 'vitest';
import {eachLine} from '../../source/engine/each-line.ts';
import type {EngineEvent} from '../../source/engine/engine.ts';
import {EngineError} from '../../source/errors.ts';
import {
	addressIn,
	collect,
	type EngineUnderTest,
	idleSpec,
	makeNetwork,
	smallImage,
	tarOf,
	uniqueName,
	until,
} from './helpers.ts';

const refusal = (status: number | undefined, message: RegExp) =>
	expect.objectContaining({name: 'EngineError', status, message: expect.stringMatching(message)});

/** The contract of all engines. Tests use the memory engine in place of Docker, so both must fulfil it. */
export function testContract({engine, labels}: EngineUnderTest): void {
	test('a running container is observed by its labels, with its address', async () => {
		const network = await makeNetwork(engine, labels);
		const own = {...labels, 'compartment.address': 'service.web'};
		const address = addressIn(network, 5);
		const spec = idleSpec(own, {attachments: [{network: network.name, address, aliases: ['web']}]});
		const id = await engine.run(spec);

		const {containers} = await engine.observe(own);
		expect(containers).toMatchObject([{id, name: spec.name, state: 'running', networks: {[network.name]: address}}]);
		expect(containers[0]!.labels).toMatchObject(own);
		// Only the list knows for how long.
		expect(containers[0]!.status).toMatch(/^Up\b/);
		expect(await engine.inspectContainer(id)).toMatchObject({...containers[0], status: 'Up'});
		expect(await engine.inspectContainer(spec.name)).toMatchObject({id});
		expect((await engine.observe({'compartment.address': 'service.web', ...labels})).containers).toHaveLength(1);
		expect((await engine.observe({...labels, 'compartment.address': ''})).containers).toHaveLength(1);
		expect((await engine.observe({...labels, 'compartment.address': 'service.api'})).containers).toEqual([]);
		expect((await engine.observe(labels)).networks).toContainEqual(
			expect.objectContaining({name: network.name, subnet: network.subnet, labels}),
		);
	});

	test('a container tells what it was created with, without what its image has the same', async () => {
		const network = await makeNetwork(engine, labels);
		const volume = uniqueName('volume');
		await engine.createVolume(volume, labels);
		const spec = idleSpec(labels, {
			env: {GREETING: 'a=b', EMPTY: ''},
			hostname: 'told',
			restart: {policy: 'on-failure', maxRetries: 3},
			volumes: {[volume]: {path: '/kept'}},
			attachments: [{network: network.name, aliases: ['web']}],
			limits: {cpu: 0.5, memory: 64 * 2 ** 20},
		});
		const id = await engine.create(spec);
		const found = (await engine.readConfiguration(id))!;
		expect(found).toMatchObject({
			id,
			name: spec.name,
			image: spec.image,
			env: {GREETING: 'a=b', EMPTY: ''},
			hostname: 'told',
			restart: {policy: 'on-failure', maxRetries: 3},
			mounts: [{type: 'volume', source: volume, path: '/kept', isReadOnly: false}],
			publish: [],
			limits: {cpu: 0.5, memory: 64 * 2 ** 20, pids: 4096},
		});
		expect(found.labels).toMatchObject(labels);
		expect(Object.keys(found.env)).toEqual(['GREETING', 'EMPTY']);
		expect(found.command).toEqual(spec.command);
		expect(found.attachments.map(({network: name}) => name)).toEqual([network.name]);
		expect(found.attachments[0]!.aliases).toContain('web');
		expect(found.imageId).toBe((await engine.findImage(spec.image))!.id);
		expect(await engine.readConfiguration('absent-container')).toBeUndefined();
	});

	test('the users of a volume and of a network are the containers that run, whoever made them', async () => {
		const network = await makeNetwork(engine, labels);
		const volume = uniqueName('volume');
		await engine.createVolume(volume, labels);
		const common = {attachments: [{network: network.name}], volumes: {[volume]: {path: '/kept'}}};
		const {name} = idleSpec(labels);
		const id = await engine.run(idleSpec(labels, {...common, name}));
		await engine.create(idleSpec(labels, common));
		const beside = await engine.run(idleSpec(labels, {attachments: common.attachments}));
		expect(await engine.findVolumeUsers(volume)).toEqual([{id, name}]);
		const inNetwork = await engine.findNetworkUsers(network.name);
		expect(inNetwork.map(user => user.id).sort()).toEqual([id, beside].sort());
		await engine.setRestart(id, {policy: 'always'});
		expect((await engine.readConfiguration(id))?.restart).toEqual({policy: 'always'});
		await engine.setRestart(id, {policy: 'no'});
		await engine.stop(id, 1);
		expect(await engine.findVolumeUsers(volume)).toEqual([]);
		expect((await engine.findNetworkUsers(network.name)).map(user => user.id)).toEqual([beside]);
	});

	test('an address is free while its container is stopped, and unchanged after a start', async () => {
		const network = await makeNetwork(engine, labels);
		const address = addressIn(network, 6);
		const spec = idleSpec(labels, {attachments: [{network: network.name, address}]});
		const id = await engine.run(spec);
		const rival = await engine.create(idleSpec(labels, {attachments: [{network: network.name, address}]}));
		await expect(engine.start(rival)).rejects.toEqual(refusal(403, /^cannot start container .*Address already in use/));

		await engine.stop(id, 1);
		expect(await engine.inspectContainer(id)).toMatchObject({state: 'exited', networks: {[network.name]: ''}});
		await engine.start(id);
		expect(await engine.inspectContainer(id)).toMatchObject({state: 'running', networks: {[network.name]: address}});
	});

	test('a name must be unique, and an image must exist', async () => {
		const spec = idleSpec(labels);
		await engine.create(spec);
		await expect(engine.run(spec)).rejects.toEqual(
			refusal(409, new RegExp(`^cannot create container ${spec.name}: Conflict. The container name "/${spec.name}"`)),
		);
		await expect(engine.create(idleSpec(labels, {image: 'absent:1'}))).rejects.toEqual(
			refusal(404, /^cannot create container .*: No such image: absent:1$/),
		);
		await expect(engine.start('absent-container')).rejects.toEqual(refusal(404, /No such container: absent-container/));
	});

	test('the files of a folder are read, whether or not the container runs', async () => {
		const spec = idleSpec(labels, {
			files: [
				{path: '/kept/b.txt', content: 'größer'},
				{path: '/kept/a.txt', content: new Uint8Array([0, 255])},
				{path: '/kept/below/c.txt', content: 'c'},
			],
		});
		const id = await engine.create(spec);
		const files = [...(await engine.readFiles(id, '/kept'))!];
		expect(files.map(([name, content]) => [name, content.toString('latin1')])).toEqual([
			['a.txt', '\u0000ÿ'],
			['b.txt', Buffer.from('größer').toString('latin1')],
		]);
		expect(await engine.readFiles(id, '/nowhere')).toBeUndefined();
		expect(await engine.readFiles('absent-container', '/kept')).toBeUndefined();
		await engine.start(id);
		expect((await engine.readFiles(spec.name, '/kept'))!.size).toBe(2);
	});

	test('a folder with volumes in it is read with its name, and written back from above', async () => {
		const {pack, extract} = await import('tar-stream');
		const filesIn = async (archive: AsyncIterable<Uint8Array>) => {
			const found = extract();
			found.end(Buffer.concat(await collect(archive)));
			const files: Record<string, string> = {};
			for await (const entry of found) {
				const text = Buffer.concat(await collect(entry as AsyncIterable<Buffer>)).toString();
				if (entry.header.type === 'file') files[entry.header.name] = text;
			}
			return files;
		};
		const names = [uniqueName('volume'), uniqueName('volume')];
		for (const name of names) await engine.createVolume(name, labels);
		const [one = '', two = ''] = names;
		const volumes = {
			[one]: {path: '/kept/one', startsEmpty: true},
			[two]: {path: '/kept/two', startsEmpty: true},
		};
		const id = await engine.create(idleSpec(labels, {volumes}));
		const archive = pack();
		archive.entry({name: 'kept/one/a'}, 'first');
		archive.entry({name: 'kept/two/below/b'}, 'second');
		archive.finalize();
		await engine.writeArchive(id, '/', archive as AsyncIterable<Uint8Array>);
		const files = {'kept/one/a': 'first', 'kept/two/below/b': 'second'};
		expect(await filesIn(engine.readArchive(id, '/kept', undefined, {hasName: true}))).toEqual(files);
		// They are in the volumes, and not beside them.
		const other = await engine.create(idleSpec(labels, {volumes: {[two]: {path: '/mnt/two'}}}));
		expect(await filesIn(engine.readArchive(other, '/mnt/two', undefined, {hasName: true}))).toEqual({
			'two/below/b': 'second',
		});
		for (const made of [id, other]) await engine.remove(made);
		for (const name of names) await engine.removeVolume(name);
	});

	test('a folder is read and written as an archive, in a volume that the next container has too', async () => {
		const volume = uniqueName('volume');
		await engine.createVolume(volume, labels);
		const mounted = (isReadOnly: boolean) =>
			engine.create(idleSpec(labels, {volumes: {[volume]: {path: '/kept', isReadOnly, startsEmpty: true}}}));
		const first = await mounted(false);
		const content = Buffer.alloc(300_000, 'x');
		const {pack, extract} = await import('tar-stream');
		const archive = pack();
		archive.entry({name: 'below/a.txt'}, content);
		archive.finalize();
		await engine.writeArchive(first, '/kept', archive as AsyncIterable<Uint8Array>);
		await engine.remove(first);

		const second = await mounted(true);
		const found = extract();
		found.end(Buffer.concat(await collect(engine.readArchive(second, '/kept'))));
		const files: [string, number][] = [];
		for await (const entry of found) {
			const size = Buffer.concat(await collect(entry as AsyncIterable<Buffer>)).length;
			if (entry.header.type === 'file') files.push([entry.header.name.replace(/^\.\//, ''), size]);
		}
		expect(files).toEqual([['below/a.txt', content.length]]);
		async function* broken() {
			yield Buffer.alloc(512, 1);
			throw new TypeError('the disk broke');
		}
		await expect(engine.writeArchive(second, '/kept', broken())).rejects.toThrow();
		const third = await engine.create(idleSpec(labels));
		await expect(engine.writeArchive(third, '/', broken())).rejects.toThrow('the disk broke');
		await expect(collect(engine.readArchive('absent-container', '/kept'))).rejects.toEqual(
			refusal(404, /No such container: absent-container/),
		);
		await engine.remove(second);
		await engine.removeVolume(volume);
	});

	test('a file that a tmpfs would hide is rejected', async () => {
		const hidden = idleSpec(labels, {
			tmpfs: {'/run/secrets/': 'rw'},
			files: [{path: '/run/secrets/key', content: 'x'}],
		});
		await expect(engine.create(hidden)).rejects.toThrow(
			'/run/secrets/key would be hidden by the tmpfs at /run/secrets/',
		);
		await engine.create({...hidden, tmpfs: {'/run/secret': 'rw'}});
	});

	test('a missing container can be stopped, removed and disconnected', async () => {
		const network = await makeNetwork(engine, labels);
		const id = await engine.run(idleSpec(labels, {attachments: [{network: network.name}]}));
		await engine.stop(id, 1);
		await engine.stop(id, 1);
		await engine.leave(id, network.name);
		await engine.leave(id, network.name);
		await engine.remove(id);
		await engine.remove(id);
		await engine.stop(id, 1);
		await engine.removeNetwork(network.name);
		await engine.removeNetwork(network.name);
		await engine.removeVolume(uniqueName('absent'));
		await engine.removeImage('absent:1');
		expect(await engine.inspectContainer(id)).toBeUndefined();
		expect(await engine.findByName('network', network.name)).toBeUndefined();
	});

	test('networks have unique names and subnets, and cannot be removed while they are used', async () => {
		const network = await makeNetwork(engine, labels);
		await expect(makeNetwork(engine, labels, {name: network.name})).rejects.toEqual(refusal(409, /already exists/));
		await expect(makeNetwork(engine, labels, {subnet: network.subnet})).rejects.toEqual(refusal(403, /Pool overlaps/));
		const user = idleSpec(labels, {attachments: [{network: network.name}]});
		await engine.run(user);
		await expect(engine.removeNetwork(network.name)).rejects.toEqual(
			refusal(403, new RegExp(`^cannot remove network ${network.name}: container ${user.name} is connected to it`)),
		);
		expect(await engine.listSubnets()).toContain(network.subnet);
	});

	test('a container joins and leaves networks while it runs', async () => {
		const [first, second] = [await makeNetwork(engine, labels), await makeNetwork(engine, labels)];
		const id = await engine.run(idleSpec(labels, {attachments: [{network: first.name}]}));
		const networks = async () => (await engine.inspectContainer(id))?.networks;

		await engine.join(id, {network: second.name, address: addressIn(second, 7), aliases: ['web']});
		expect(await networks()).toMatchObject({[second.name]: addressIn(second, 7), [first.name]: expect.any(String)});
		await expect(engine.join(id, {network: second.name})).rejects.toEqual(refusal(403, /already exists in network/));
		await engine.leave(id, second.name);
		expect(Object.keys((await networks()) ?? {})).toEqual([first.name]);
		await expect(engine.join(id, {network: 'absent-network'})).rejects.toEqual(
			refusal(404, /absent-network not found/),
		);
	});

	test('a volume keeps its labels and outlives its container', async () => {
		const name = uniqueName('volume');
		await engine.createVolume(name, {...labels, role: 'first'});
		await engine.createVolume(name, {...labels, role: 'second'});
		const id = await engine.run(idleSpec(labels, {volumes: {[name]: {path: '/data'}}}));
		await expect(engine.removeVolume(name)).rejects.toEqual(refusal(409, /volume is in use/));
		await engine.remove(id);
		expect(await engine.findByName('volume', name)).toEqual({id: name, labels: {...labels, role: 'first'}});
		await engine.removeVolume(name);
		expect((await engine.observe({...labels, role: ''})).volumes).toEqual([]);
	});

	test('a container is renamed unless the name is taken', async () => {
		const [one, other] = [idleSpec(labels), idleSpec(labels)];
		const id = await engine.create(one);
		const otherId = await engine.create(other);
		await expect(engine.rename(id, other.name)).rejects.toEqual(refusal(409, /is already in use by container/));
		await engine.rename(id, `${one.name}-old`);
		expect(await engine.findByName('container', `${one.name}-old`)).toMatchObject({id});
		expect(await engine.findByName('container', one.name)).toBeUndefined();
		expect(await engine.findByName('container', otherId.slice(0, 12))).toBeUndefined();
		await expect(engine.rename('absent-container', 'x')).rejects.toEqual(refusal(404, /No such container/));
	});

	test('waiting returns the exit code of a container', async () => {
		const id = await engine.run(idleSpec(labels, {command: ['sh', '-c', 'echo done; exit 7']}));
		expect(await engine.wait(id)).toBe(7);
		const ended = {state: 'exited', status: 'Exited (7)', exitCode: 7, isOutOfMemory: false};
		expect(await engine.inspectContainer(id)).toMatchObject(ended);
		const lines = await collect(eachLine(engine.logs(id, {})));
		expect(lines).toMatchObject([{stream: 'stdout', text: 'done'}]);
		await expect(engine.wait('absent-container')).rejects.toEqual(refusal(404, /No such container/));
	});

	test('a command keeps its empty arguments', async () => {
		const id = await engine.run(
			idleSpec(labels, {command: ['sh', '-c', 'test -z "$2" && exit $#', 'sh', '--save', '']}),
		);
		expect(await engine.wait(id)).toBe(2);
	});

	test('waiting rejects with the reason of an abort', async () => {
		const id = await engine.run(idleSpec(labels));
		const reason = new EngineError('enough');
		const controller = new AbortController();
		const waiting = engine.wait(id, controller.signal);
		controller.abort(reason);
		await expect(waiting).rejects.toBe(reason);
	});

	test('a container that fails to start is kept', async () => {
		const spec = idleSpec(labels, {command: ['/absent-program']});
		await expect(engine.run(spec)).rejects.toEqual(
			refusal(400, new RegExp(`^cannot start container ${spec.name}: .*/absent-program: no such file or directory`)),
		);
		const left = await engine.findByName('container', spec.name);
		expect(await engine.inspectContainer(left!.id)).toMatchObject({
			state: 'created',
			status: 'Created',
			error: expect.stringContaining('no such file'),
		});
	});

	test('a command can be run inside a container', async () => {
		const id = await engine.run(idleSpec(labels));
		const lines: string[] = [];
		const result = await engine.exec(id, ['cat'], {input: 'one\ntwo', onLine: line => lines.push(line)});
		expect(result).toEqual({exitCode: 0, stdout: 'one\ntwo', stderr: ''});
		expect(lines).toEqual(['one', 'two']);
		await engine.stop(id, 1);
		await expect(engine.exec(id, ['cat'])).rejects.toEqual(
			refusal(409, /^cannot run cat in container .*is not running/),
		);
	});

	test('a command can get its input in parts', async () => {
		const id = await engine.run(idleSpec(labels));
		async function* parts() {
			yield 'one ';
			await engine.inspectContainer(id);
			yield 'two';
		}
		expect(await engine.exec(id, ['cat'], {input: parts()})).toMatchObject({exitCode: 0, stdout: 'one two'});
	});

	test('a command can wait for its input', async () => {
		const id = await engine.run(idleSpec(labels));
		const input = Promise.withResolvers<string>();
		const order: string[] = [];
		const result = engine.exec(id, ['cat'], {input: input.promise}).finally(() => order.push('ended'));
		await engine.inspectContainer(id);
		order.push('given');
		input.resolve('later');
		expect(await result).toEqual({exitCode: 0, stdout: 'later', stderr: ''});
		expect(order).toEqual(['given', 'ended']);
	});

	test('tags are added and removed one by one', async () => {
		const id = (await engine.findImage('debian:trixie-slim'))!.id;
		const [one, other] = [`${uniqueName('image')}:1`, `${uniqueName('image')}:2`];
		await engine.tagImage(id, one);
		await engine.tagImage(id, other);
		await engine.removeImage(one);
		expect(await engine.findImage(one)).toBeUndefined();
		expect(await engine.findImage(other)).toMatchObject({id});
		await engine.removeImage(other);
		expect(await engine.findImage(id)).toMatchObject({id});
		await expect(engine.tagImage('absent:1', one)).rejects.toEqual(
			refusal(404, /^cannot tag image absent:1 as .*No such image/),
		);
	});

	test('build cache below the limit stays', async () => {
		expect(await engine.pruneBuildCache(1e15)).toBe(0);
	});

	test('an image cannot be removed while it is used', async () => {
		const reference = `${uniqueName('built')}:1`;
		const context = tarOf({Dockerfile: `FROM ${smallImage}\nEXPOSE 8080\n`});
		const request = {context, dockerfile: 'Dockerfile', reference, labels: {...labels, reference}, args: {}};
		const image = await engine.buildImage(request, () => {});
		expect(image).toMatchObject({tags: [reference], labels: {...labels, reference}});
		const {id: builtId, digests, tags, size} = image;
		const listed = {id: builtId, digests, tags, labels: image.labels, size};
		expect(await engine.listImages({reference, ...labels})).toEqual([listed]);
		const id = await engine.create(idleSpec(labels, {image: reference}));
		await engine.removeImage(reference);
		expect(await engine.findImage(reference)).toEqual(image);
		await engine.remove(id);
		await engine.removeImage(reference);
		expect(await engine.findImage(image.id)).toBeUndefined();
	});

	test('labels of ours in an image do not apply to its containers', async () => {
		const reference = `${uniqueName('claims')}:1`;
		const claimed = {'compartment.lineage': 'stranger', 'compartment.hosts': 'shop.localhost', vendor: 'somebody'};
		const context = tarOf({Dockerfile: `FROM ${smallImage}\n`});
		const image = {...labels, ...claimed};
		await engine.buildImage({context, dockerfile: 'Dockerfile', reference, labels: image, args: {}}, () => {});
		const id = await engine.create(idleSpec({...labels, 'compartment.lineage': 'ours'}, {image: reference}));
		expect((await engine.inspectContainer(id))!.labels).toMatchObject({
			'compartment.lineage': 'ours',
			'compartment.hosts': '',
			vendor: 'somebody',
		});
		await engine.remove(id);
		await engine.removeImage(reference);
	});

	test('the last exit code of a restarted container is known', async () => {
		// A program that leaves when it is asked to may be faster than the kill.
		const stubborn = ['sh', '-c', 'trap "" TERM; while :; do sleep 0.05; done'];
		const id = await engine.run(idleSpec(labels, {command: stubborn}));
		expect(await engine.lastExitCode(id)).toBeUndefined();
		await engine.stop(id, 0);
		// The engine may record it after it has answered.
		await until(async () => (await engine.inspectContainer(id))!.exitCode === 137);
		await engine.start(id);
		expect(await engine.lastExitCode(id)).toBe(137);
	});

	test('a host port has one owner', async () => {
		const port = 20_000 + Math.floor(Math.random() * 10_000);
		const publish = {80: {host: '127.0.0.1', port}};
		const network = await makeNetwork(engine, labels);
		const attachments = [{network: network.name}];
		const owner = idleSpec(labels, {publish, attachments});
		expect(await engine.findPortOwner(port)).toBeUndefined();
		const id = await engine.run(owner);
		expect(await engine.findPortOwner(port)).toBe(owner.name);
		expect(await engine.inspectContainer(id)).toMatchObject({publishedPorts: [`127.0.0.1:${port}`]});
		await expect(engine.run(idleSpec(labels, {publish, attachments}))).rejects.toEqual(
			refusal(500, /port is already allocated/),
		);
	});

	test('events of containers are reported until the signal aborts', async () => {
		const own = {...labels, 'compartment.address': uniqueName('events')};
		const controller = new AbortController();
		const seen: EngineEvent[] = [];
		const reading = (async () => {
			for await (const event of engine.events(own, controller.signal)) seen.push(event);
		})();
		// The first event shows that the subscription is active; earlier ones may be missed.
		await until(async () => {
			await engine.remove(await engine.create(idleSpec(own)));
			return seen.length > 0;
		});
		const id = await engine.run(idleSpec(own, {command: ['sh', '-c', 'exit 3']}));
		await engine.run(idleSpec(labels));
		await until(() => seen.some(event => event.id === id && event.action === 'die'));
		controller.abort();
		await reading;
		const ours = seen.filter(event => event.id === id);
		expect(ours.map(({action}) => action)).toEqual(expect.arrayContaining(['create', 'start', 'die']));
		expect(ours.at(-1)).toMatchObject({object: 'container', attributes: {...own, exitCode: '3'}});
		expect(new Set(seen.map(({attributes}) => attributes['compartment.address']))).toEqual(
			new Set([own['compartment.address']]),
		);
	});

	test('a followed log ends with its container or when its reader leaves', async () => {
		const id = await engine.run(idleSpec(labels));
		const following = collect(eachLine(engine.logs(id, {follow: true})));
		const idle = engine.logs(id, {follow: true})[Symbol.asyncIterator]();
		const waiting = idle.next();
		await idle.return?.();
		expect(await waiting).toMatchObject({done: true});
		await engine.stop(id, 1);
		expect(await following).toEqual([]);
	});
}
