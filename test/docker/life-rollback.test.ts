import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {imageLabels} from '../../source/model/labels.ts';
import {expectError, withSandbox, words} from './cli.ts';
import {publicService} from './cli-server.ts';
import {lifeFiles} from './life-server.ts';

const services = {web: publicService('web'), api: publicService('api', {kind: 'api'})};
const writeRule = (prefix: string) =>
	sandbox.write({
		'compartment.routes.yml': `version: 1\nroutes:\n  - on: web\n    path: ${prefix}/*\n    to: api\n    stripPrefix: ${prefix}\n`,
	});

const sandbox = withSandbox(async opened => {
	opened.write({...lifeFiles('web', 'v1'), ...lifeFiles('api', 'v1')});
	opened.describe({services});
	Object.assign(sandbox, opened);
	writeRule('/old');
	const settings = {drainSeconds: 5, stopGraceSeconds: 2, minHealthyMs: 0, retain: 2};
	writeFileSync(join(opened.env['COMPARTMENT_CONFIG_HOME']!, 'settings.json'), JSON.stringify(settings));
	await opened.succeed(['deploy']);
});
type Listed = {
	id: string;
	service: string;
	isActive: boolean;
	imageState: string;
	rollbackAvailable: boolean;
	image: string;
};
const list = async (service = 'web') =>
	(JSON.parse(await sandbox.succeed(['deployment', 'list', '--service', service, '--json'])) as {deployments: Listed[]})
		.deployments;
const body = async (path?: string) => (await sandbox.ask(path)).body;
const rollback = (...args: string[]) => sandbox.run(['rollback', '--auto-approve', ...args]);

test('a rollback without a previous deployment is refused', async () => {
	expectError(await rollback(), 'No valid rollback target was found.');
});

test('a rollback of one service runs its last good deployment again under a new id, with its rules', async () => {
	const [first] = await list();
	sandbox.setVersion('web', 'v2');
	sandbox.setVersion('api', 'v2');
	writeRule('/new');
	await sandbox.succeed(['deploy', '--label', 'summer']);
	expect([await body('/new/'), await body('/old/')]).toEqual(['api v2', 'web v2']);
	const refused = await sandbox.run(['rollback', '--service', 'web']);
	expect(refused.exitCode).toBe(1);
	expect(words(refused.stdout)).toMatch(
		new RegExp(`\\+/- service\\.web will be replaced, new one first: rolled back to ${first!.id} from `),
	);
	expect(await body()).toBe('web v2');
	const {stdout, exitCode} = await rollback('--service', 'web');
	expect(exitCode).toBe(0);
	expect(stdout).not.toContain('image.web');
	expect([await body(), await body('/old/'), await body('/new/')]).toEqual(['web v1', 'api v2', 'web v1']);
	const [newest] = await list();
	expect(newest).toMatchObject({isActive: true, type: 'rollback', image: first!.image});
	expect(newest!.id).not.toBe(first!.id);
	expect((await list()).map(({id}) => id)).toContain(first!.id);
});

test('a rollback of everything returns to the last good deployment of every service', async () => {
	expect(await rollback()).toMatchObject({exitCode: 0});
	expect([await body(), await body('/new/')]).toEqual(['web v2', 'api v1']);
});

test('a failed deployment is not a rollback target', async () => {
	sandbox.describe({
		services: {...services, web: publicService('web', {readiness: {type: 'http', path: '/healthz', timeoutMs: 1500}})},
	});
	sandbox.setVersion('web', 'v3 unready');
	expect(await sandbox.run(['deploy', '--service', 'web'])).toMatchObject({exitCode: 1});
	const [failed] = await list();
	expectError(
		await rollback('--service', 'web', '--to', failed!.id),
		`Deployment ${failed!.id} of web was never active: it is failed.`,
	);
	expect(await rollback('--service', 'web')).toMatchObject({exitCode: 0});
	expect(await body()).toBe('web v1');
	sandbox.describe({services});
});

test('a rollback to a deployment id works, and an invalid target is reported', async () => {
	const [active, ...others] = (await list()).filter(({isActive, rollbackAvailable}) => isActive || rollbackAvailable);
	const second = others.find(({image}) => image !== active!.image)!;
	expect(await rollback('--service', 'web', '--to', second.id)).toMatchObject({exitCode: 0});
	expect(await body()).toBe('web v2');
	expectError(
		await rollback('--to', active!.id),
		'Select a service when rolling back to a specific deployment in a multi-service project.',
	);
	expectError(await rollback('--service', 'web', '--to', 'dpl_none'), 'The requested deployment was not found.');
	expectError(await rollback('--service', 'api', '--to', active!.id), 'The requested deployment was not found.');
	expectError(await rollback('--service', 'shop'), 'No active deployment was found for this environment and service.');
	const [serving] = await list();
	expectError(
		await rollback('--service', 'web', '--to', serving!.id),
		`Deployment ${serving!.id} of web is already active.`,
	);
});

test('a restart does not count as a deployment to roll back', async () => {
	await sandbox.succeed(['restart', '--auto-approve']);
	expect(await body()).toBe('web v2');
	expect(await rollback('--service', 'web')).toMatchObject({exitCode: 0});
	expect(await body()).toBe('web v1');
});

test('an image that was removed manually is reported by the plan', async () => {
	const target = (await list()).find(({image, rollbackAvailable}) => rollbackAvailable && image !== undefined)!;
	const active = (await list()).find(({isActive}) => isActive)!;
	const victim = (await list()).find(({image, rollbackAvailable}) => rollbackAvailable && image !== active.image)!;
	expect(target).toBeDefined();
	const {containers} = await sandbox.observe();
	const {containerName} = Object.values(sandbox.state().deployments).find(({id}) => id === victim.id)!;
	for (const {id, name, state} of containers)
		if (state === 'exited' && name.startsWith(containerName.replace(victim.id, 'dpl_')))
			await sandbox.engine.remove(id);
	await sandbox.engine.removeImage(victim.image);
	expect((await list()).find(({id}) => id === victim.id)).toMatchObject({
		imageState: 'missing',
		rollbackAvailable: false,
	});
	const {stdout, exitCode} = await rollback('--service', 'web', '--to', victim.id);
	expect(exitCode).toBe(1);
	expect(words(stdout)).toContain(
		`The selected deployment does not have a reusable image: ${victim.image} of ${victim.id} is not on the engine`,
	);
	expect(await body()).toBe('web v1');
});

test('images beyond the retain setting are removed, and foreign ones are kept', async () => {
	const foreign = `compartment/${sandbox.project}x/production/web:kept`;
	const own = (await sandbox.engine.listImages({[imageLabels.project]: sandbox.project}))[0]!;
	await sandbox.engine.tagImage(own.id, foreign);
	try {
		for (const version of ['v4', 'v5', 'v6', 'v7']) {
			sandbox.setVersion('web', version);
			await sandbox.succeed(['deploy', '--service', 'web']);
		}
		const tags = (await sandbox.engine.listImages({[imageLabels.project]: sandbox.project})).flatMap(
			image => image.tags,
		);
		expect(tags.filter(tag => tag.startsWith(`compartment/${sandbox.project}/production/web:`))).toHaveLength(3);
		expect(tags).toContain(foreign);
		expect((await sandbox.ask('/new/')).body).toMatch(/^(api|web) v/);
		for (const expected of ['web v6', 'web v7']) {
			expect(await rollback('--service', 'web')).toMatchObject({exitCode: 0});
			expect(await body()).toBe(expected);
		}
	} finally {
		await sandbox.engine.removeImage(foreign);
	}
}, 120_000);
