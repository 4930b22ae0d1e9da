import {readdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {createBackupDuty} from '../../source/agent/backup-duty.ts';
import type {AgentAction} from '../../source/agent/events.ts';
import {resetFailpoints} from '../../source/failpoints.ts';
import type {Settings} from '../../source/settings/settings.ts';
import {acquireLock} from '../../source/state/lock.ts';
import {createMemoryWorld, images, type MemoryWorld} from '../apply/memory-world.ts';
import {type FakeSsh, makeFakeSsh} from '../support/fake-ssh.ts';
import {createTestClock, environmentOf, type TestClock} from './fake-environment.ts';

const hours = (count: number) => 3_600_000 * count;

const descriptor = (operations: string) => `name: shop
services:
  web: {kind: worker, image: "${images.good}"}
resources:
  db:
    image: "${images.database}"
    volumes: {data: /data}
    operations: ${operations}
`;
const daily = (more = '') =>
	descriptor(`{backup: {command: dump, schedule: {interval: daily${more}}}, restore: {command: restore}}`);

let world: MemoryWorld;
let clock: TestClock;
let actions: Pick<AgentAction, 'duty' | 'address' | 'outcome' | 'message'>[];

beforeEach(async () => {
	world = await createMemoryWorld();
	clock = createTestClock(Date.now());
	actions = [];
});
afterEach(() => world.close());

async function beginAgent(settings: Partial<Settings> = {}) {
	const duty = createBackupDuty(await environmentOf(world, {clock, actions, settings}));
	return () => duty.run([], new AbortController().signal);
}

const backups = async () => (await world.state())!.backups;
const messages = () => actions.map(({outcome, message}) => `${outcome}: ${message}`);

it('a volume of a service is archived by its schedule', async () => {
	const schedule = '{preset: archive, schedule: {interval: hourly}}';
	const volumes = `volumes: {data: {path: /data, backup: ${schedule}}}`;
	await world.apply(`name: shop\nservices:\n  web: {kind: worker, image: "${images.good}", ${volumes}}\n`);
	const look = await beginAgent();
	expect(await look()).toEqual([{at: clock.now() + hours(1), what: 'backup of web.data'}]);
	expect(await backups()).toMatchObject([{purpose: 'scheduled', status: 'succeeded', resource: 'web.data'}]);
	expect(actions.map(({address}) => address)).toEqual(['volume.web.data']);
});

it('a scheduled backup is made when it is due, once, whatever compartment.yml says now', async () => {
	await world.apply(daily());
	const look = await beginAgent();
	const [next] = await look();
	expect(await backups()).toMatchObject([{purpose: 'scheduled', status: 'succeeded', resource: 'db'}]);
	expect(next).toEqual({at: clock.now() + hours(24), what: 'backup of db'});
	await look();
	expect(await backups()).toHaveLength(1);
	clock.pass(hours(24));
	await Promise.all([look(), (await beginAgent())()]);
	expect(await backups()).toHaveLength(2);
	expect(actions.filter(({outcome}) => outcome === 'done').map(({address}) => address)).toEqual([
		'resource.db',
		'resource.db',
	]);
});

it('retention follows a successful backup, and scheduled backups are verified if the setting says so', async () => {
	await world.apply(daily(', retention: {keepLast: 1}'));
	const look = await beginAgent({verifyScheduledBackups: true});
	await look();
	clock.pass(hours(25));
	await look();
	expect(await backups()).toMatchObject([
		{status: 'deleted', retentionReason: 'retention keepLast=1'},
		{status: 'succeeded', verification: {status: 'succeeded'}},
	]);
	expect(messages().at(-1)).toMatch(
		/^done: backup rbak_\w+ of db succeeded, verification succeeded, retention deleted 1 backup$/,
	);
});

it('a failed backup is reported, and is due again at the next time', async () => {
	await world.apply(descriptor('{backup: {command: fail, schedule: {interval: hourly}}}'));
	const look = await beginAgent();
	await look();
	expect(await backups()).toMatchObject([{status: 'failed'}]);
	expect(messages()).toEqual([expect.stringMatching(/^failed: backup of db failed: .*exited with 4$/)]);
	expect(actions[0]).toMatchObject({news: {event: 'backup-failed'}});
	await look();
	expect(await backups()).toHaveLength(1);
	clock.pass(hours(1));
	await look();
	expect(await backups()).toHaveLength(2);
});

it('a stopped resource is looked at ever more rarely, said once, and backed up when it runs again', async () => {
	await world.apply(daily());
	await world.apply(daily(), {mode: 'stop'});
	const look = await beginAgent();
	const pauses: number[] = [];
	for (let index = 0; index < 10; index++) {
		const [next] = await look();
		pauses.push((next!.at - clock.now()) / 1000);
		// A wake before that changes nothing.
		await look();
		clock.pass(next!.at - clock.now());
	}
	expect(pauses).toEqual([10, 20, 40, 80, 160, 320, 600, 600, 600, 600]);
	expect(messages()).toEqual(['done: backup of db skipped: it is stopped']);
	await world.apply(daily(), {mode: 'start'});
	await look();
	expect(await backups()).toMatchObject([{status: 'succeeded'}]);
});

it('an agent that was down for days makes one backup', async () => {
	await world.apply(daily());
	await (await beginAgent())();
	clock.pass(hours(24 * 9));
	const look = await beginAgent();
	await look();
	await look();
	expect(await backups()).toHaveLength(2);
});

it('a clock that was a day ahead does not hold backups up when it is corrected', async () => {
	await world.apply(daily());
	const look = await beginAgent();
	await look();
	const real = clock.now();
	clock.set(real + hours(24));
	await look();
	clock.set(real + hours(1));
	await look();
	expect(await backups()).toHaveLength(2);
	clock.set(real + hours(24));
	await look();
	expect(await backups()).toHaveLength(2);
	clock.set(real + hours(48));
	await look();
	expect(await backups()).toHaveLength(3);
});

it('a backup whose agent died is made once more, and not again and again', async () => {
	await world.apply(daily());
	const die = async () => {
		process.env['COMPARTMENT_FAILPOINT'] = 'backup.after-seal:error';
		resetFailpoints();
		try {
			await (await beginAgent())().catch(() => undefined);
		} finally {
			delete process.env['COMPARTMENT_FAILPOINT'];
			resetFailpoints();
		}
		// A process that is killed records nothing.
		await world.changeState(state => ({
			...state,
			backups: state.backups.map((each, index) =>
				index === state.backups.length - 1
					? {...each, status: 'running', completedAt: null, failureSummary: null}
					: each,
			),
		}));
	};
	await die();
	expect(await backups()).toMatchObject([{status: 'running'}]);
	await die();
	expect(await backups()).toMatchObject([{status: 'failed', isInterrupted: true}, {status: 'running'}]);
	const look = await beginAgent();
	await look();
	await look();
	expect(await backups()).toMatchObject([{isInterrupted: true}, {isInterrupted: true}]);
	clock.pass(hours(25));
	await look();
	expect((await backups()).at(-1)).toMatchObject({status: 'succeeded'});
});

it('a backup waits for a command that holds the lock, which is no failure', async () => {
	await world.apply(daily());
	const look = await beginAgent();
	const lock = await acquireLock(world.directory, {operation: 'apply'});
	expect(await look()).toEqual([{at: clock.now() + 10_000, what: 'backup of db'}]);
	await lock.release();
	expect(messages()).toEqual([]);
	clock.pass(10_000);
	await look();
	expect(await backups()).toMatchObject([{status: 'succeeded'}]);
});

describe('a schedule that names a store', () => {
	const minutes = (count: number) => 60_000 * count;
	const settings = {backupStores: {nas: {url: 'ssh://nas/~/backups'}}};
	const withStore = daily(', store: nas, retention: {keepLast: 2}');
	const path = process.env['PATH']!;
	let ssh: FakeSsh;
	beforeEach(() => {
		ssh = makeFakeSsh();
		process.env['PATH'] = ssh.PATH;
	});
	afterEach(() => {
		process.env['PATH'] = path;
		ssh.close();
	});

	/** The complete backups in the store, oldest first. */
	const stored = (): string[] => {
		const files = readdirSync(ssh.home, {recursive: true, encoding: 'utf8'}).map(name => name.split('/').at(-1)!);
		const ids = (end: string) => files.flatMap(name => (name.endsWith(end) ? name.slice(0, -end.length) : []));
		const manifests = ids('.json.age');
		expect(ids('.tar.gz.age').sort()).toEqual(manifests.sort());
		expect(files.filter(name => name.startsWith('.'))).toEqual([]);
		return manifests.sort();
	};
	const ids = async () => (await backups()).map(({id}) => id);
	const copies = async () => (await backups()).map(({copies: own}) => own?.map(({status}) => status));
	const down = {exitCode: 255, text: 'ssh: connect to host nas port 22: Connection refused'};

	it('stores each backup, and keeps as many there', async () => {
		await world.apply(withStore);
		const look = await beginAgent(settings);
		for (let day = 0; day < 4; day++) {
			await look();
			clock.pass(hours(24));
		}
		const all = await ids();
		expect(all).toHaveLength(4);
		expect(stored()).toEqual(all.slice(2));
		expect(await copies()).toEqual([['deleted'], ['deleted'], ['stored'], ['stored']]);
		expect(messages().at(-1)).toBe(
			`done: backup ${all[3]} of db succeeded, stored in nas, retention deleted 2 backups`,
		);
	});

	it('keeps a backup that could not be stored, says it once, and tries again until it is there', async () => {
		await world.apply(withStore);
		ssh.fail(down);
		const look = await beginAgent(settings);
		await look();
		const [id] = await ids();
		expect(await backups()).toMatchObject([
			{
				status: 'succeeded',
				copies: [{store: 'nas', status: 'failed', attempts: 1, failureSummary: expect.any(String)}],
			},
		]);
		expect(messages()).toEqual([
			expect.stringMatching(
				new RegExp(
					`^failed: backup ${id} of db is on this machine only: Backup store nas cannot be reached: .*${down.text}$`,
				),
			),
		]);
		expect(actions[0]).toMatchObject({news: {event: 'backup-failed'}});
		const pauses: number[] = [];
		for (let attempt = 0; attempt < 8; attempt++) {
			const [next] = await look();
			pauses.push((next!.at - clock.now()) / 60_000);
			clock.pass(next!.at - clock.now());
			await look();
		}
		expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
		expect(actions).toHaveLength(1);
		expect(stored()).toEqual([]);

		ssh.fail(undefined);
		clock.pass(hours(1));
		const [next] = await look();
		expect(stored()).toEqual([id]);
		expect(await ids()).toEqual([id]);
		expect(messages().slice(1)).toEqual([`done: backup ${id} of db stored in nas`]);
		expect(next!.at - clock.now()).toBeGreaterThan(hours(19));
	});

	it('does not try the copy again of a backup that has a newer one', async () => {
		await world.apply(withStore);
		ssh.fail(down);
		const look = await beginAgent(settings);
		await look();
		ssh.fail(undefined);
		clock.pass(hours(24));
		await look();
		const [, newest] = await ids();
		expect(stored()).toEqual([newest]);
		expect(await copies()).toEqual([['failed'], ['stored']]);
	});

	it('names a store that this machine does not know', async () => {
		await world.apply(withStore);
		await (await beginAgent({backupStores: {}}))();
		expect(await backups()).toMatchObject([{status: 'succeeded', copies: [{status: 'failed'}]}]);
		expect(messages()[0]).toContain('There is no backup store "nas" in the settings of this machine');
	});

	it('never deletes the newest good one there, even if those on this machine are newer', async () => {
		await world.apply(daily(', store: nas, retention: {keepLast: 1}'));
		const look = await beginAgent(settings);
		await look();
		const [first] = await ids();
		ssh.fail(down);
		for (let day = 0; day < 3; day++) {
			clock.pass(hours(24));
			await look();
		}
		expect((await backups()).map(({status}) => status)).toEqual(['deleted', 'deleted', 'deleted', 'succeeded']);
		expect(stored()).toEqual([first]);
		ssh.fail(undefined);
		clock.pass(hours(2));
		await look();
		expect(stored()).toEqual([(await ids()).at(-1)]);
	});

	it('counts as stored only what is complete there', async () => {
		await world.apply(daily(', store: nas, retention: {keepLast: 2}'));
		const look = await beginAgent(settings);
		for (let day = 0; day < 2; day++) {
			await look();
			clock.pass(hours(24));
		}
		const [first, second] = await ids();
		const folder = readdirSync(ssh.home, {recursive: true, encoding: 'utf8'}).find(name =>
			name.endsWith(`${second}.json.age`),
		)!;
		rmSync(join(ssh.home, folder));
		await look();
		// Two are left: without the second, the first is one of the two newest.
		expect(stored()).toEqual([first, (await ids())[2]]);
	});

	it.each(['store.after-record', 'store.after-artifact', 'store.after-manifest', 'store.before-remove'])(
		'goes on after an end at %s',
		async point => {
			await world.apply(daily(', store: nas, retention: {keepLast: 1}'));
			await (await beginAgent(settings))();
			clock.pass(hours(24));
			process.env['COMPARTMENT_FAILPOINT'] = `${point}:error`;
			resetFailpoints();
			await (await beginAgent(settings))().catch(() => undefined);
			delete process.env['COMPARTMENT_FAILPOINT'];
			resetFailpoints();
			clock.pass(minutes(61));
			const look = await beginAgent(settings);
			await look();
			clock.pass(hours(24));
			await look();
			const all = await ids();
			expect(stored()).toEqual([all.at(-1)]);
			expect((await copies()).slice(0, -1).flat()).not.toContain('stored');
		},
	);
});
