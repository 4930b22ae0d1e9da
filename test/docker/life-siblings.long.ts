import {execFileSync} from 'node:child_process';
import {setTimeout as pause} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {labels} from '../../source/model/labels.ts';
import {withSandbox} from './cli.ts';
import {publicService} from './cli-server.ts';
import {idleSpec, smallImage} from './helpers.ts';
import {keepAsking} from './life-asking.ts';
import {lifeFiles} from './life-server.ts';

describe('of three services,', () => {
	const all = ['web', 'api', 'shop'];
	const services = Object.fromEntries(
		all.map(name => [name, publicService(name, {readiness: {type: 'http', path: '/healthz', timeoutMs: 3000}})]),
	);
	const sandbox = withSandbox(async opened => {
		for (const name of all) opened.write(lifeFiles(name, 'v1'));
		opened.describe({services});
		await opened.succeed(['deploy']);
	});
	const answers = () => Promise.all(all.map(async service => (await sandbox.ask('/', {service})).body));

	test('one that never becomes ready changes nothing that serves', async () => {
		const before = await Promise.all(all.map(name => sandbox.running(`service.${name}`)));
		for (const name of all) sandbox.setVersion(name, name === 'shop' ? 'v2 unready' : 'v2');
		const stops = all.map(name => keepAsking(sandbox, `/sibling/${name}`));
		const {exitCode, stdout} = await sandbox.run(['deploy']);
		expect(exitCode).toBe(1);
		expect(stdout).toMatch(/service\.shop +failed/);
		expect(await Promise.all(stops.map(stop => stop()))).toEqual(all.map(name => [`200 ${name} v1`]));
		expect(await answers()).toEqual(['web v1', 'api v1', 'shop v1']);
		const after = await Promise.all(all.map(name => sandbox.running(`service.${name}`)));
		expect(after.map(({id}) => id)).toEqual(before.map(({id}) => id));
	});

	test('none is reached by a sibling before it is ready, and no call is lost', async () => {
		sandbox.setVersion('shop', 'v3 late=1500');
		sandbox.setVersion('api', 'v3 late=700');
		sandbox.setVersion('web', 'v1');
		// So that calls are in flight during every change.
		const paths = ['api', 'shop', 'shop/slow', 'shop/slow'];
		const stops = paths.map(path => keepAsking(sandbox, `/sibling/${path}`));
		await sandbox.succeed(['deploy']);
		await pause(500);
		const seen = await Promise.all(stops.map(stop => stop()));
		expect(seen).toEqual([
			['200 api v1', '200 api v3'],
			['200 shop v1', '200 shop v3'],
			['200 shop v1', '200 shop v3'],
			['200 shop v1', '200 shop v3'],
		]);
		expect((await sandbox.ask('/sibling/shop')).body).toBe('shop v3');
	});

	test('one starts and is found even if its fixed address is taken', async () => {
		const {name, subnet} = sandbox.state().networks!.mesh;
		const [base = '', first = 0] = [subnet.replace(/\d+\/\d+$/, ''), Number.parseInt(subnet.split('.')[3]!, 10)];
		const holders: string[] = [];
		try {
			for (let place = 2; place < 12; place++) {
				const attachments = [{network: name, address: `${base}${first + place}`}];
				const holder = idleSpec({[labels.project]: sandbox.project}, {attachments});
				// Taken by the serving deployments.
				await sandbox.engine.run(holder).then(
					id => holders.push(id),
					() => undefined,
				);
			}
			expect(holders.length).toBeGreaterThan(2);
			sandbox.setVersion('shop', 'v4');
			await sandbox.succeed(['deploy']);
			expect((await sandbox.ask('/sibling/shop')).body).toBe('shop v4');
		} finally {
			for (const id of holders) await sandbox.engine.remove(id);
		}
	});

	test('all serve again automatically after the router restarts or is killed', async () => {
		const {name} = sandbox.router;
		const isServing = () =>
			expect.poll(() => answers().catch(String), {timeout: 20_000}).toEqual(['web v1', 'api v3', 'shop v4']);
		execFileSync('docker', ['restart', '--time', '1', name], {stdio: 'ignore'});
		await isServing();
		// The engine does not restart containers that were killed through it, so this kills the process directly.
		const pid = execFileSync('docker', ['inspect', '--format', '{{.State.Pid}}', name], {encoding: 'utf8'}).trim();
		execFileSync('docker', ['run', '--rm', '--pid=host', smallImage, 'sh', '-c', `kill -9 ${pid}`]);
		await isServing();
		const containers = await sandbox.observe();
		for (const each of containers.containers.filter(({state}) => state === 'running'))
			execFileSync('docker', ['restart', '--time', '1', each.name], {stdio: 'ignore'});
		await isServing();
		await sandbox.expectNoChanges();
	});
});
