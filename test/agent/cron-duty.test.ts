import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {createCronDuty} from '../../source/agent/cron-duty.ts';
import type {Upcoming} from '../../source/agent/duty.ts';
import type {AgentAction} from '../../source/agent/events.ts';
import {EngineError} from '../../source/errors.ts';
import {resetFailpoints} from '../../source/failpoints.ts';
import {labels} from '../../source/model/labels.ts';
import {acquireLock} from '../../source/state/lock.ts';
import {readRunLog} from '../../source/state/run-log.ts';
import type {JobRun} from '../../source/state/state.ts';
import {createMemoryWorld, images, type MemoryWorld} from '../apply/memory-world.ts';
import {createTestClock, environmentOf, type TestClock} from './fake-environment.ts';

const minutes = (count: number) => count * 60_000;
const hours = (count: number) => minutes(60 * count);
const iso = (milliseconds: number) => new Date(milliseconds).toISOString();

/** In a time zone far from the tests' real clock, because deployments are made by that one. */
const start = Date.now() + hours(48);
const hour = start - (start % hours(1)) + hours(1);

const descriptor = (schedule: string, image: string = images.good) => `name: shop
services:
  report: {kind: cron, image: "${image}", schedule: ${schedule}}
`;

let world: MemoryWorld;
let clock: TestClock;
let actions: Pick<AgentAction, 'duty' | 'address' | 'outcome' | 'message'>[];

beforeEach(async () => {
	world = await createMemoryWorld();
	clock = createTestClock(hour - minutes(10));
	actions = [];
});
afterEach(() => world.close());

/** Starts an agent's duty, which looks once. */
async function beginAgent() {
	const duty = createCronDuty(await environmentOf(world, {clock, actions}));
	const look = (): Promise<readonly Upcoming[]> => duty.run([], new AbortController().signal);
	await look();
	return {duty, look};
}

const runs = async (): Promise<readonly JobRun[]> => (await world.state())!.jobs;
const containers = async () => (await world.engine.observe({[labels.address]: 'job.report'})).containers;
const running = async () => (await containers()).filter(({state}) => state === 'running');
const starts = () => world.engine.calls.filter(({method}) => method === 'start').length;

describe('a cron service', () => {
	it('runs at its time, once, and its end is recorded with exit code and log', async () => {
		await world.apply(descriptor("{cron: '0 * * * *'}"));
		const {look} = await beginAgent();
		expect(await look()).toEqual([{at: hour, what: 'run of report'}]);
		expect(await runs()).toEqual([]);
		clock.pass(minutes(10) + 400);
		expect(await look()).toEqual([{at: hour + hours(1), what: 'run of report'}]);
		const [run] = await runs();
		expect(run).toMatchObject({trigger: 'scheduled', status: 'running', scheduledFor: iso(hour)});
		const [container] = await running();
		expect(container).toMatchObject({id: run!.containerId, labels: {[labels.scheduled]: iso(hour)}});
		world.engine.print(container!.id, 'one done');
		world.engine.crash(container!.id, 0);
		await look();
		await look();
		expect(await runs()).toMatchObject([{id: run!.id, status: 'succeeded', exitCode: 0}]);
		expect(await containers()).toEqual([]);
		expect(readRunLog(world.directory, run!.id)).toMatchObject([{stream: 'stdout', text: 'one done'}]);
		expect(actions.map(({outcome, message}) => `${outcome}: ${message}`)).toEqual([
			`done: started run ${run!.id} of report`,
			`done: run ${run!.id} of report: succeeded`,
		]);
	});

	it('that fails is recorded with its exit code, and reported', async () => {
		await world.apply(descriptor("{cron: '0 * * * *'}", images.crashing));
		const {look} = await beginAgent();
		clock.pass(minutes(10));
		await look();
		await look();
		expect(await runs()).toMatchObject([{status: 'failed', exitCode: 1}]);
		expect(actions.at(-1)).toMatchObject({outcome: 'failed', address: 'job.report'});
		expect(actions.at(-1)!.message).toContain('failed with exit code 1');
	});

	it('whose container cannot be made has failed at that time, and runs at the next', async () => {
		await world.apply(descriptor("{cron: '0 * * * *'}"));
		const {look} = await beginAgent();
		world.engine.failNext('create', new EngineError('cannot create: no space', {status: 500}));
		clock.pass(minutes(10));
		await look();
		expect(await runs()).toMatchObject([{status: 'failed', reason: 'cannot create: no space'}]);
		await look();
		expect(await runs()).toHaveLength(1);
		clock.pass(hours(1));
		await look();
		expect(await runs()).toMatchObject([{status: 'failed'}, {status: 'running'}]);
	});

	it('makes up for what was missed with one run, from the moment an agent first saw it', async () => {
		await world.apply(descriptor("{cron: '0 * * * *'}", images.finished));
		await beginAgent();
		clock.pass(hours(30));
		const {look} = await beginAgent();
		await look();
		expect((await runs()).map(({scheduledFor}) => scheduledFor)).toEqual([iso(hour + hours(29))]);
	});

	it('is not made up for when no agent has seen it', async () => {
		await world.apply(descriptor("{cron: '0 * * * *'}", images.finished));
		clock.pass(hours(30));
		await beginAgent();
		expect(await runs()).toEqual([]);
	});

	it('that comes back after it was removed is not made up for', async () => {
		const both = `${descriptor("{cron: '0 * * * *'}", images.finished)}  web: {kind: worker, image: "${images.good}"}\n`;
		await world.apply(both);
		const {look} = await beginAgent();
		await world.apply(`name: shop\nservices:\n  web: {kind: worker, image: "${images.good}"}\n`);
		clock.pass(hours(5));
		await look();
		expect((await world.state())!.schedules).toEqual({});
		await world.apply(both);
		clock.pass(minutes(20));
		await look();
		expect(await runs()).toEqual([]);
	});

	it('of an environment that was stopped does not run until it is started', async () => {
		const both = `${descriptor("{cron: '0 * * * *'}", images.finished)}  web: {kind: worker, image: "${images.good}"}\n`;
		await world.apply(both);
		const {look} = await beginAgent();
		await world.apply(both, {mode: 'stop'});
		clock.pass(hours(3));
		expect(await look()).toEqual([]);
		expect(await runs()).toEqual([]);
		await world.apply(both, {mode: 'start'});
		await look();
		expect(await runs()).toHaveLength(1);
	});

	it('waits for a command that holds the lock, and is not lost', async () => {
		await world.apply(descriptor("{cron: '0 * * * *'}", images.finished));
		const {look} = await beginAgent();
		clock.pass(minutes(10));
		const lock = await acquireLock(world.directory, {operation: 'apply'});
		expect(await look()).toEqual([{at: clock.now() + 2000, what: null}]);
		await lock.release();
		await look();
		expect(await runs()).toHaveLength(1);
	});

	it('wakes for the end of its runs, not for what else happens', async () => {
		await world.apply(descriptor('{interval: daily}'));
		const {duty} = await beginAgent();
		const event = (action: string, address: string) =>
			({
				type: 'event',
				event: {at: 0, object: 'container', action, id: 'a', attributes: {[labels.address]: address}},
			}) as const;
		expect(duty.concerns(event('die', 'job.report'))).toBe(true);
		expect(duty.concerns(event('die', 'service.web'))).toBe(false);
		expect(duty.concerns(event('start', 'job.report'))).toBe(false);
		expect(duty.concerns({type: 'connected'})).toBe(true);
		expect(duty.concerns({type: 'state-written'})).toBe(true);
	});
});

describe('a run that is due while another one is running', () => {
	const second = async (concurrency: string) => {
		await world.apply(descriptor(`{cron: '0 * * * *'${concurrency}}`));
		const {look} = await beginAgent();
		clock.pass(minutes(10));
		await look();
		clock.pass(hours(2));
		return {look, next: await look()};
	};

	it('waits for it by default, and then runs once', async () => {
		const {look, next} = await second('');
		expect(next.map(({what}) => what)).toContain('run of report, after the current one');
		expect(await runs()).toHaveLength(1);
		world.engine.crash((await running())[0]!.id, 0);
		await look();
		expect((await runs()).map(({scheduledFor}) => scheduledFor)).toEqual([iso(hour), iso(hour + hours(2))]);
		expect(await running()).toHaveLength(1);
	});

	it('replaces it with concurrency: replace', async () => {
		const {look} = await second(', concurrency: replace');
		expect(await running()).toHaveLength(1);
		await look();
		expect(await runs()).toMatchObject([
			{status: 'failed', reason: 'replaced by the next run'},
			{status: 'running', scheduledFor: iso(hour + hours(2))},
		]);
	});

	it('runs beside it with concurrency: allow', async () => {
		await second(', concurrency: allow');
		expect(await running()).toHaveLength(2);
	});
});

describe('a time limit', () => {
	it('stops the run, measured by a clock that is never set', async () => {
		await world.apply(descriptor("{cron: '0 * * * *', timeoutMs: 600000}"));
		const {look} = await beginAgent();
		clock.pass(minutes(10));
		await look();
		clock.set(clock.now() + minutes(30));
		await look();
		expect(await running()).toHaveLength(1);
		clock.pass(minutes(10));
		await look();
		await look();
		expect(await running()).toEqual([]);
		expect((await runs())[0]).toMatchObject({
			status: 'failed',
			reason: 'it took longer than schedule.timeoutMs, 600000 ms',
		});
	});
});

describe('an agent that dies', () => {
	const dieAt = async (point: string) => {
		process.env['COMPARTMENT_FAILPOINT'] = `${point}:error`;
		resetFailpoints();
		const {look} = await beginAgent();
		clock.pass(minutes(10));
		await expect(look().then(look)).rejects.toThrow();
		delete process.env['COMPARTMENT_FAILPOINT'];
		resetFailpoints();
	};

	it.each(['job.after-create', 'job.after-record', 'job.after-start', 'job.before-end', 'job.after-end'])(
		'at %s leaves a run that the next one finishes, and starts nothing twice',
		async point => {
			await world.apply(descriptor("{cron: '0 * * * *'}", images.finished));
			const before = starts();
			await dieAt(point);
			const {look} = await beginAgent();
			await look();
			await look();
			expect(await runs()).toMatchObject([{status: 'succeeded', scheduledFor: iso(hour), exitCode: 0}]);
			expect(starts() - before).toBe(1);
			// What was never recorded is removed before the next run.
			clock.pass(hours(1));
			await look();
			await look();
			expect(await containers()).toEqual([]);
		},
	);

	it('leaves a running container, whose end the next one records', async () => {
		await world.apply(descriptor("{cron: '0 * * * *'}"));
		const {look} = await beginAgent();
		clock.pass(minutes(10));
		await look();
		const [container] = await running();
		world.engine.print(container!.id, 'before');
		world.engine.crash(container!.id, 3);
		await beginAgent();
		const [run] = await runs();
		expect(run).toMatchObject({status: 'failed', exitCode: 3});
		expect(readRunLog(world.directory, run!.id)).toMatchObject([{text: 'before'}]);
	});

	it('and a container that is gone is a failed run, which is not repeated', async () => {
		await world.apply(descriptor("{cron: '0 * * * *'}"));
		const {look} = await beginAgent();
		clock.pass(minutes(10));
		await look();
		await world.engine.remove((await running())[0]!.id);
		const {look: lookAgain} = await beginAgent();
		await lookAgain();
		expect(await runs()).toMatchObject([{status: 'failed', reason: 'its container is gone'}]);
	});

	it('and two agents at once start a run once', async () => {
		await world.apply(descriptor("{cron: '0 * * * *'}"));
		const [one, two] = [await beginAgent(), await beginAgent()];
		clock.pass(minutes(10));
		await Promise.all([one.look(), two.look(), one.look(), two.look()]);
		expect(await running()).toHaveLength(1);
		expect(await runs()).toHaveLength(1);
	});
});

it('the state keeps the newest runs of each job, and those that go on', async () => {
	await world.apply(descriptor('{interval: hourly}', images.finished));
	const {look} = await beginAgent();
	for (let index = 0; index < 60; index++) {
		clock.pass(hours(1));
		await look();
		await look();
	}
	expect(await runs()).toHaveLength(50);
	expect((await world.state())!.schedules!['report']!.ran.length).toBeLessThanOrEqual(50);
});
