import {afterEach, beforeEach, expect, it} from 'vitest';
import {createBackupDuty} from '../../source/agent/backup-duty.ts';
import type {AgentAction} from '../../source/agent/events.ts';
import {resetFailpoints} from '../../source/failpoints.ts';
import type {Settings} from '../../source/settings/settings.ts';
import {acquireLock} from '../../source/state/lock.ts';
import {createMemoryWorld, images, type MemoryWorld} from '../apply/memory-world.ts';
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
