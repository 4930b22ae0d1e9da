import {beforeAll, describe, expect, test} from 'vitest';
import {createKeeper} from '../docker/backup-store.ts';
import {withSandbox, words} from '../docker/cli.ts';

const image = 'node:24-slim';
const wait = 'trap exit TERM; sleep 1d & wait';
const serve = `require('node:http').createServer((_, response) => response.end('up')).listen(3000)`;
const archive = {preset: 'archive'};

const sandbox = withSandbox(async box => {
	box.describe({
		services: {
			web: {
				...{image, port: 3000, accessMode: 'public', run: {command: `exec node -e "${serve}"`}},
				volumes: {data: {path: '/data', backup: archive}},
			},
			index: {
				...{image, kind: 'worker', run: {command: wait}},
				volumes: {data: {path: '/data', exclusive: true, backup: {...archive, stop: true}}},
			},
		},
		resources: {
			search: {
				...{image, command: ['sh', '-c', wait], volumes: {data: '/data'}},
				operations: {backup: {...archive, stop: true}},
			},
		},
	});
	await box.succeed(['deploy']);
});

/** Runs a command that is killed at a failpoint. */
async function kill(args: readonly string[], point: string): Promise<void> {
	const {signal, stdout, stderr} = await sandbox.run(args, {env: {COMPARTMENT_FAILPOINT: point}});
	expect(signal, `${point}: ${stdout}${stderr}`).toBe('SIGKILL');
}

const subjects = [
	['web.data', 'service.web'],
	['index.data', 'service.index'],
	['search', 'resource.search'],
] as const;

describe.for(subjects)('the archive of %s', ([name, address]) => {
	const keeper = createKeeper(sandbox, name);
	let good = '';

	const inside = async (script: string): Promise<string> => {
		const {id} = await sandbox.running(address);
		return (await sandbox.engine.exec(id, ['sh', '-ec', script], {user: '0'})).stdout;
	};
	const value = () => inside('cat /data/value');
	const setValue = (text: string) => inside(`printf ${text} > /data/value`);
	const isUp = async () => {
		const {containers} = await sandbox.observe();
		return containers.some(({labels, state}) => labels['compartment.address'] === address && state === 'running');
	};

	beforeAll(async () => {
		await setValue('good');
		await sandbox.succeed(keeper.create);
		good = keeper.newest().id;
	});

	test.for(name === 'web.data' ? ['backup.before-transfer'] : ['backup.after-stop', 'backup.before-transfer'])(
		'leaves nothing stopped when the backup is killed at %s',
		async point => {
			await kill(keeper.create, point);
			const {id} = keeper.newest();
			expect(await sandbox.succeed(keeper.list)).toContain(`${id}\tfailed\tmanual`);
			expect(await isUp()).toBe(true);
			expect(await keeper.leftovers()).toEqual([]);
			await sandbox.expectNoChanges();
		},
	);

	const points = ['restore.after-mark', 'restore.after-stop', 'restore.after-empty', 'restore.after-command'];
	test.for([...points, 'restore.after-ready'])(
		'is half restored when that is killed at %s, until the previous data is restored',
		async point => {
			await setValue('newer');
			await kill(keeper.restore(good), point);
			const plan = await sandbox.run(['plan']);
			expect(words(plan.stdout)).toContain('did not finish.');
			const state = sandbox.state();
			const restore = name === 'search' ? state.resources[name]!.restore : state.volumes[`volume.${name}`]!.restore;
			expect(restore).toMatchObject({backup: good, preRestoreBackup: expect.stringMatching(/^rbak_/)});
			// Neither a recovery nor a start runs it on data that is neither the old nor the new.
			const before = await isUp();
			expect((await sandbox.run(['start'])).exitCode).toBe(1);
			await sandbox.run(['apply', '--auto-approve']);
			if (point === 'restore.after-stop' || point === 'restore.after-empty') expect(before).toBe(false);
			expect(await isUp()).toBe(before);
			await sandbox.succeed(keeper.restore(restore!.preRestoreBackup!));
			expect(await value()).toBe('newer');
			expect(await keeper.leftovers()).toEqual([]);
			await sandbox.expectNoChanges();
		},
	);
});
