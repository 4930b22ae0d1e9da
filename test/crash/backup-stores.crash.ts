import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {filesBelow, withSandbox} from '../docker/cli.ts';
import {withSshd} from '../docker/sshd.ts';
import {largeResource} from '../support/large-backup.ts';
import {type S3Server, startS3} from '../support/s3-server.ts';

const shared = mkdtempSync(join(tmpdir(), 'compartment-nas-'));
afterAll(() => rmSync(shared, {recursive: true}));
withSshd({folders: () => [shared]});

const sandbox = withSandbox();
let server: S3Server;
const secret = () => ({AWS_ACCESS_KEY_ID: server.key.accessKeyId, AWS_SECRET_ACCESS_KEY: server.key.secretAccessKey});

beforeAll(async () => {
	server = await startS3();
	sandbox.describe({
		services: {idle: {image: 'node:24-slim', kind: 'worker', run: {command: 'sleep 1d'}}},
		resources: {large: largeResource(24)},
	});
	await sandbox.succeed(['deploy']);
	await sandbox.succeed(['backup', 'store', 'add', 's3', `s3://${server.bucket}/team`, '--endpoint', server.endpoint], {
		env: secret(),
	});
	await sandbox.succeed(['backup', 'store', 'add', 'ssh', `ssh://root@lab${shared}/team`]);
}, 400_000);
afterAll(() => server?.stop());

const create = (store: string) => ['resource', 'backup', 'create', '--resource', 'large', '--store', store];
const newest = () => sandbox.state().backups.at(-1)!;

/** The names of the files in a store, and of what was begun there. */
const places: Readonly<Record<string, {names: () => Promise<string[]>; begun: () => Promise<readonly string[]>}>> = {
	s3: {
		names: async () => [...(await server.objects()).keys()],
		begun: () => server.uploads(),
	},
	ssh: {
		names: async () => filesBelow(shared).filter(path => !path.includes('/.upload-')),
		begun: async () => filesBelow(shared).filter(path => path.includes('/.upload-')),
	},
};

/** What the store lists is complete: each can be verified from there, and nothing else is left. */
async function expectWhole(store: string): Promise<readonly string[]> {
	const listed = await sandbox.succeed(['resource', 'backup', 'list', '--store', store, '--json'], {env: secret()});
	const ids = (JSON.parse(listed).backups as {id: string; problem: string | null}[]).map(({id, problem}) => {
		expect(problem).toBeNull();
		return id;
	});
	return ids;
}

describe.each(['s3', 'ssh'])('a backup that goes to %s', store => {
	const {names, begun} = places[store]!;

	test('and whose process is killed while it is sent does not count there; the next one removes what is left', async () => {
		const running = sandbox.start(create(store), {env: secret()});
		await expect.poll(async () => (await begun()).length, {timeout: 60_000, interval: 50}).toBe(1);
		running.child.kill('SIGKILL');
		await running.ended;
		expect(await names()).toEqual([]);
		expect(await begun()).toHaveLength(1);
		expect(await expectWhole(store)).toEqual([]);
		const {id} = newest();
		const listed = await sandbox.run(['resource', 'backup', 'list', '--resource', 'large']);
		expect(listed.stdout).toContain(`${id}\tsucceeded\tmanual\t`);
		await sandbox.succeed(create(store), {env: secret()});
		expect(sandbox.state().backups.find(backup => backup.id === id)).toMatchObject({
			status: 'succeeded',
			copies: [{status: 'failed', failureSummary: 'it was interrupted'}],
		});
		expect(await begun()).toEqual([]);
		expect(await expectWhole(store)).toEqual([newest().id]);
	}, 180_000);

	test.for(['store.after-record', 'store.after-artifact', 'store.after-manifest'])(
		'and whose process is killed at %s counts when its manifest is there',
		{timeout: 180_000},
		async point => {
			const before = await expectWhole(store);
			const outcome = await sandbox.run(create(store), {env: {...secret(), COMPARTMENT_FAILPOINT: point}});
			expect(outcome.signal).toBe('SIGKILL');
			const {id} = newest();
			expect(await expectWhole(store)).toEqual(point === 'store.after-manifest' ? [id, ...before] : before);
			await sandbox.succeed(create(store), {env: secret()});
			const after = await expectWhole(store);
			expect(after.includes(id)).toBe(point === 'store.after-manifest');
			expect((await names()).length).toBe(2 * after.length);
			const stored = sandbox
				.state()
				.backups.flatMap(({id: own, copies = []}) =>
					copies.some(copy => copy.store === store && copy.status === 'stored') ? own : [],
				);
			expect(stored.sort()).toEqual([...after].sort());
		},
	);

	test('and whose process is killed at any moment is whole or not there', async () => {
		for (let round = 0; round < 4; round++) {
			const running = sandbox.start(create(store), {env: secret()});
			await pause(1000 + Math.random() * 3500);
			running.child.kill('SIGKILL');
			await running.ended;
			for (const id of (await expectWhole(store)).slice(0, 1))
				expect(
					await sandbox.succeed(['resource', 'backup', 'verify', '--backup', id, '--store', store], {env: secret()}),
				).toContain('is good');
		}
		await sandbox.succeed(create(store), {env: secret()});
		expect(await begun()).toEqual([]);
		expect((await names()).length).toBe(2 * (await expectWhole(store)).length);
	}, 400_000);

	test('is fetched again after a fetch that was killed', async () => {
		const [id = ''] = await expectWhole(store);
		const restore = ['resource', 'backup', 'restore', '--resource', 'large', '--backup', id, '--store', store, '--yes'];
		const folder = join(sandbox.folder, '.compartment/production/backups');
		rmSync(join(folder, id), {recursive: true, force: true});
		const running = sandbox.start(restore, {env: secret()});
		await expect
			.poll(() => filesBelow(folder).some(path => path.includes('/fetching-')), {timeout: 60_000, interval: 20})
			.toBe(true);
		running.child.kill('SIGKILL');
		await running.ended;
		const outcome = await sandbox.run(restore, {env: {...secret(), COMPARTMENT_FAILPOINT: 'store.after-fetch'}});
		expect(outcome.signal).toBe('SIGKILL');
		await sandbox.succeed(restore, {env: secret()});
		expect(filesBelow(folder).filter(path => path.includes('/fetching-'))).toEqual([]);
	}, 180_000);
});

test('nothing of the data can be read in a store, and the environment is as it was applied', async () => {
	const contents = [...filesBelow(shared).map(path => readFileSync(path)), ...(await server.objects()).values()];
	expect(contents.length).toBeGreaterThan(10);
	for (const content of contents) expect(content.includes('canary-91c2')).toBe(false);
	await sandbox.expectNoChanges();
});
