import {beforeAll, describe, expect, test} from 'vitest';
import {createKeeper, idleService, keeper, kept} from '../docker/backup-store.ts';
import {withSandbox} from '../docker/cli.ts';

const sandbox = withSandbox(async box => {
	box.describe({services: {idle: idleService}, resources: {store: keeper()}});
	await box.succeed(['deploy']);
});
const store = createKeeper(sandbox);
const copy = createKeeper(sandbox, 'copy');
let id = '';
beforeAll(async () => {
	await store.setValue('good');
	await sandbox.succeed(store.create);
	id = store.newest().id;
});

/** Runs a command that is killed at a failpoint. Returns whether it reached the point. */
async function kill(args: readonly string[], point: string): Promise<boolean> {
	const {signal, stdout, stderr} = await sandbox.run(args, {env: {COMPARTMENT_FAILPOINT: point}});
	if (signal === null) return false;
	expect(signal, `${point}: ${stdout}${stderr}`).toBe('SIGKILL');
	return true;
}

test.for([
	['backup.after-record', 'failed'],
	['backup.before-transfer', 'failed'],
	['backup.after-command', 'failed'],
	['backup.after-seal', 'failed'],
	['backup.after-manifest', 'failed'],
	['backup.after-success', 'succeeded'],
] as const)('a backup that is killed at %s is %s', async ([point, status]) => {
	expect(await kill(store.create, point)).toBe(true);
	const {id: made} = store.newest();
	expect(await sandbox.succeed(store.list)).toContain(`${made}\t${status}\tmanual`);
	expect(kept(sandbox).includes(made)).toBe(status === 'succeeded');
	expect(await store.leftovers()).toEqual([]);
});

test.for(['restore.after-mark', 'restore.after-command', 'restore.after-ready'])(
	'a restore that is killed at %s marks the resource, and its previous data can be restored',
	async point => {
		await store.setValue('newer');
		expect(await kill(store.restore(id), point)).toBe(true);
		const {status, restore} = store.record();
		expect(status).toBe('restore-incomplete');
		expect(restore).toMatchObject({backup: id, preRestoreBackup: expect.stringMatching(/^rbak_/)});
		await sandbox.succeed(store.restore(restore!.preRestoreBackup!));
		expect(await store.value()).toBe('newer');
		expect(await store.leftovers()).toEqual([]);
		await sandbox.expectNoChanges();
	},
);

const points = [
	'apply.before-create-volume',
	'apply.after-create-volume',
	'apply.before-replace-resource',
	'resource.after-start',
	'apply.after-replace-resource',
	'restore.after-command',
	'restore.after-ready',
];

describe('a restore into a new resource that is killed', () => {
	const as = () => ['resource', 'backup', 'restore', '--backup', id, '--as', 'copy'];
	const remove = ['resource', 'delete', '--resource', 'copy', '--delete-data', '--yes'];

	/** The resource is marked as incomplete or does not exist, and the suggested next command works. */
	async function expectClear(wasKilled: boolean): Promise<void> {
		const listed = await sandbox.succeed(['resource', 'list']);
		expect(listed).toMatch(/^store\thealthy\t/m);
		const status = /^copy\t(\S+)\t/m.exec(listed)?.[1];
		if (!wasKilled) expect(status).toBe('healthy');
		else expect(['restore-incomplete', undefined]).toContain(status);
		if (status !== undefined) {
			const deploy = await sandbox.run(['deploy']);
			expect(deploy.stderr).toContain('compartment resource delete --resource copy');
			await sandbox.succeed(remove);
		}
		await sandbox.succeed(as());
		expect(await copy.value()).toBe('good');
		await sandbox.succeed(remove);
		expect(await store.leftovers()).toEqual([]);
		const {containers, volumes} = await sandbox.observe();
		expect([...containers, ...volumes].map(({name}) => name).filter(name => name.includes('copy'))).toEqual([]);
		expect(sandbox.state().variables.filter(({scope}) => scope.type === 'resource' && scope.name === 'copy')).toEqual(
			[],
		);
		await sandbox.expectNoChanges();
	}

	test.for(points)('at %s leaves a clear state', async point => {
		expect(await kill(as(), point)).toBe(true);
		await expectClear(true);
	});

	test('at any change of the state leaves a clear state', async () => {
		let count = 0;
		while (await kill(as(), `journal.before-state:${count + 1}`)) {
			count++;
			await expectClear(true);
		}
		await expectClear(false);
		expect(count).toBeGreaterThan(3);
	});
});

test('a verification that is killed leaves nothing behind', async () => {
	const verify = ['resource', 'backup', 'verify', '--backup', id];
	const {state} = sandbox;
	const settled = async () => {
		await sandbox.succeed(['deploy']);
		expect(await store.leftovers()).toEqual([]);
	};
	expect(await kill(verify, 'journal.before-state:1')).toBe(true);
	await settled();
	const running = sandbox.start(verify);
	await expect.poll(async () => (await store.leftovers()).length, {timeout: 20_000}).toBeGreaterThan(0);
	running.child.kill('SIGKILL');
	await running.ended;
	await settled();
	expect(state().backups.map(({verification}) => verification)).toEqual([null]);
	expect(await sandbox.succeed(verify)).toContain('was restored and is good');
	expect(await store.leftovers()).toEqual([]);
	expect(await store.value()).toBe('good');
	await sandbox.expectNoChanges();
});

test('a restore that is killed at any moment never leaves incomplete data without marking it', async () => {
	for (let round = 0; round < 20; round++) {
		await store.setValue('newer');
		const running = sandbox.start(store.restore(id));
		await new Promise(resolve => setTimeout(resolve, 300 + Math.random() * 2500));
		running.child.kill('SIGKILL');
		await running.ended;
		// The container may still be running; the next command stops it.
		await sandbox.succeed(store.list);
		const {status} = store.record();
		if ((await store.value()) === 'half') expect(status).toBe('restore-incomplete');
		const retry = await sandbox.run(store.restore(id));
		const value = await store.value();
		expect(retry, retry.stderr).toMatchObject({exitCode: 0});
		expect(value).toBe('good');
		expect(['running', 'restore-incomplete']).toContain(status);
		expect(store.backups().filter(backup => backup.status === 'running')).toEqual([]);
		const good = store
			.backups()
			.filter(backup => backup.status === 'succeeded')
			.map(backup => backup.id);
		expect(kept(sandbox).toSorted()).toEqual(good.sort());
	}
	expect(await store.leftovers()).toEqual([]);
	await sandbox.expectNoChanges();
});
