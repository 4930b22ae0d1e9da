import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {environmentNetworkName, meshNetworkName} from '../../source/model/names.ts';
import {type Sandbox, withSandbox, words} from '../docker/cli.ts';
import {publicService, storeConnection, storeResource} from '../docker/cli-server.ts';
import {keepAsking} from '../docker/life-asking.ts';
import {startLoad} from '../docker/router-load.ts';

const small = (stage: string) => ({
	image: 'node:24-slim',
	kind: 'api',
	env: {STAGE: stage},
	run: {
		command: `node -e "require('node:http').createServer((q, a) => a.end(process.env.STAGE)).listen(process.env.PORT)"`,
	},
});

/** A web service that calls the others, an API that it reaches by name, a resource with data, and small services. */
const describeAll = (sandbox: Sandbox, stage: string, more: number) =>
	sandbox.describe({
		services: {
			web: publicService('web', {env: {STAGE: stage}, ...storeConnection}),
			api: publicService('api', {kind: 'api', env: {STAGE: stage}}),
			mail: {image: 'node:24-slim', kind: 'worker', env: {STAGE: stage}, run: {command: 'sleep infinity'}},
			...Object.fromEntries(Array.from({length: more}, (_, index) => [`small${index}`, small(stage)])),
		},
		resources: {store: storeResource('first')},
	});

const sandbox = withSandbox(async opened => {
	const settings = {drainSeconds: 5, stopGraceSeconds: 2, minHealthyMs: 400, networkPrefix: 28};
	writeFileSync(join(opened.env['COMPARTMENT_CONFIG_HOME']!, 'settings.json'), JSON.stringify(settings));
	opened.addService('web');
	opened.addService('api');
	describeAll(opened, 'one', 0);
	await opened.succeed(['deploy']);
});

const networks = async () => (await sandbox.observe()).networks.map(({name}) => name).sort();
const miscounts = (output: string) => words(output).includes('no container is connected to it, but the engine counts');
const prefix = () => sandbox.state().networks!.environment.subnet.split('/')[1];

test('an environment that outgrows its networks moves to larger ones, without losing a request or data', async () => {
	expect(prefix()).toBe('27');
	describeAll(sandbox, 'one', 6);
	await sandbox.succeed(['deploy']);
	describeAll(sandbox, 'two', 6);
	const plan = words(await sandbox.succeed(['plan']));
	expect(plan).toContain('+/- network will be replaced, new one first: network');
	expect(plan).toContain(
		'has 14 addresses for services but 16 are needed: 8 for active deployments, 8 for new deployments',
	);
	expect(plan).toContain('~ size "/27" → "/26"');
	const store = await sandbox.running('resource.store');
	const load = startLoad(sandbox.router, sandbox.host(), {keepAlive: 2, fresh: 1, idling: 1});
	const stops = ['/slow', '/sibling/api', '/store'].map(path => keepAsking(sandbox, path));
	const deployed = await sandbox.succeed(['deploy']);
	const answers = await Promise.all(stops.map(stop => stop()));
	await load.stop();

	expect(load.losses).toEqual([]);
	expect(load.samples.length).toBeGreaterThan(100);
	expect(answers).toEqual([['200 web v1'], ['200 api v1'], ['200 first\n']]);
	// The resource was never stopped.
	expect(await sandbox.running('resource.store')).toMatchObject({id: store.id, startedAt: store.startedAt});
	const names = [
		environmentNetworkName(sandbox.project, 'production', 2),
		meshNetworkName(sandbox.project, 'production', 2),
	];
	if (!miscounts(deployed)) expect(await networks()).toEqual([...names].sort());
	expect(prefix()).toBe('26');
	const router = (await sandbox.engine.findByName('container', sandbox.router.name))!;
	const joined = Object.keys((await sandbox.engine.inspectContainer(router.id))!.networks);
	expect(joined.filter(name => name.startsWith(`compartment-${sandbox.project}`))).toEqual([names[0]]);
	expect((await sandbox.running('service.mail')).networks).toMatchObject({[names[0]!]: expect.any(String)});
	await sandbox.expectNoChanges();
});

test('the next switch of everything fits', async () => {
	describeAll(sandbox, 'three', 6);
	expect(words(await sandbox.succeed(['plan']))).not.toContain('network will be');
	await sandbox.succeed(['deploy']);
	expect((await sandbox.ask('/sibling/api')).body).toBe('api v1');
	await sandbox.expectNoChanges();
	const destroyed = await sandbox.succeed(['destroy', '--auto-approve']);
	if (!miscounts(destroyed)) expect(await networks()).toEqual([]);
});
