import {afterEach, expect, it, vi} from 'vitest';
import {createCronDuty} from '../../source/agent/cron-duty.ts';
import type {Duty} from '../../source/agent/duty.ts';
import {EngineError, LockedError} from '../../source/errors.ts';
import {resetFailpoints} from '../../source/failpoints.ts';
import {labels} from '../../source/model/labels.ts';
import {occurrencesAround} from '../../source/model/schedule.ts';
import type {State} from '../../source/state/state.ts';
import {createMemoryWorld, images} from '../apply/memory-world.ts';
import {createTestClock, environmentOf} from './fake-environment.ts';

/*
 * Years of two agents with everything that may happen to them, in seconds: they are killed at every point of a run and stay
 * away for hours, the clock is set by up to a day and back, the lock is held, the engine does not answer. The state is in
 * memory, each write at once and as a whole, as on disk.
 */

const disk = vi.hoisted(() => ({state: '', isLocked: false, tail: Promise.resolve()}));

/** The state as it is on disk; the same object until it is written. */
const readDisk = vi.hoisted(() => {
	let known = {text: '', state: undefined as unknown};
	return (): State => {
		if (known.text !== disk.state) known = {text: disk.state, state: JSON.parse(disk.state)};
		return known.state as State;
	};
});

vi.mock(import('../../source/apply/job-records.ts'), async original => ({
	...(await original()),
	async withState(_directory, _options, work) {
		const before = disk.tail;
		let release = () => {};
		disk.tail = new Promise<void>(resolve => {
			release = resolve;
		});
		await before;
		try {
			if (disk.isLocked) throw new LockedError('locked');
			return await work(readDisk(), async next => {
				const written = {...next, serial: next.serial + 1};
				disk.state = JSON.stringify(written);
				return written;
			});
		} finally {
			release();
		}
	},
}));

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const crons = {nightly: '0 2 * * *', often: '15 */4 * * *', weekly: '30 3 * * 1', monthly: '0 5 1,31 * *'} as const;

const descriptor = `name: shop
services:
  nightly: {kind: cron, image: "${images.good}", schedule: {cron: '${crons.nightly}'}}
  often: {kind: cron, image: "${images.good}", schedule: {cron: '${crons.often}', concurrency: allow}}
  weekly: {kind: cron, image: "${images.good}", schedule: {cron: '${crons.weekly}', concurrency: replace, timeoutMs: 7200000}}
  monthly: {kind: cron, image: "${images.finished}", schedule: {cron: '${crons.monthly}'}}
  hourglass: {kind: cron, image: "${images.finished}", schedule: {interval: daily}}
`;

/** Repeatable random numbers from 0 to 1. */
function createRandom(seed: number): () => number {
	let value = seed;
	return () => {
		value = (value + 0x6d2b79f5) | 0;
		let mixed = Math.imul(value ^ (value >>> 15), 1 | value);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

const points = ['job.after-create', 'job.after-record', 'job.after-start', 'job.before-end', 'job.after-end'] as const;

type Agent = {duty: Duty | undefined; wakeAt: number; backAt: number; seen: string};

/** What went wrong, and how much happened. */
async function simulate(seed: number, days: number) {
	const random = createRandom(seed);
	const upTo = (limit: number) => Math.floor(random() * limit);
	const world = await createMemoryWorld();
	try {
		await world.apply(descriptor);
		disk.state = JSON.stringify(await world.state());
		disk.isLocked = false;
		const clock = createTestClock(Date.now() + day);
		const problems: string[] = [];
		const counts = {runs: 0, kills: 0, jumps: 0, outages: 0};

		// What the engine really started.
		const started = new Set<string>();
		const starts: {service: string; wanted: number}[] = [];
		/** When the runs of the interval were recorded. */
		const claims = new Map<string, number>();
		let isEngineGone = false;
		const engine: typeof world.engine = {
			...world.engine,
			async start(id) {
				if (isEngineGone) throw new EngineError('the engine does not answer');
				const {state, labels: own} = world.engine.look(id);
				if (state === 'running') return;
				const service = own[labels.address]!.slice('job.'.length);
				const key = `${service} ${own[labels.scheduled]}`;
				if (state !== 'created') problems.push(`${key}: its container was started again`);
				if (started.has(key)) problems.push(`${key}: a second run`);
				started.add(key);
				const wanted = Date.parse(own[labels.scheduled]!);
				starts.push({service, wanted});
				counts.runs++;
				await world.engine.start(id);
			},
			async create(spec) {
				if (isEngineGone) throw new EngineError('the engine does not answer');
				return world.engine.create(spec);
			},
		};
		const place = await environmentOf(world, {clock, readState: async () => readDisk()});
		const agents: Agent[] = [
			{duty: undefined, wakeAt: 0, backAt: 0, seen: ''},
			{duty: undefined, wakeAt: 0, backAt: 0, seen: ''},
		];

		const kill = (agent: Agent) => {
			agent.duty = undefined;
			agent.backAt = clock.steady() + (random() < 0.5 ? upTo(5 * minute) : upTo(36 * hour));
			counts.kills++;
		};
		const look = async (agent: Agent) => {
			if (!agent.duty) {
				if (clock.steady() < agent.backAt) return;
				agent.duty = createCronDuty({...place, engine});
			}
			try {
				const next = await agent.duty.run([], new AbortController().signal);
				// It would look each minute whether a run has ended, or the lock is free: every half an hour shows the same.
				const waits = next.map(({at, what}) => (what === null ? 30 * minute : at - clock.now()));
				agent.wakeAt = clock.steady() + Math.max(1000, Math.min(...waits, 6 * hour));
			} catch (error) {
				if (error instanceof EngineError) agent.wakeAt = clock.steady() + 30 * minute;
				else if ((error as NodeJS.ErrnoException).code === 'EIO') kill(agent);
				else throw error;
			}
		};

		/** Scheduled time that must run, and since when it could have. */
		const owed = new Map<string, {wanted: number; since: number; free: number}>();
		const runningOf = async (service: string) =>
			(await world.engine.observe({[labels.address]: `job.${service}`})).containers.filter(
				({state}) => state === 'running',
			);
		const endsAt = new Map<string, number>();
		let sawAt: number | undefined;
		let previous = clock.now();
		let lastSteady = clock.steady();

		const audit = async () => {
			const now = clock.now();
			const isSeen = readDisk().schedules !== undefined;
			if (isSeen) sawAt ??= now;
			const passed = clock.steady() - lastSteady;
			lastSteady = clock.steady();
			const isUp = agents.some(({duty}) => duty) && !isEngineGone && !disk.isLocked;
			for (const [service, cron] of Object.entries(crons)) {
				const {latest} = occurrencesAround(cron, now);
				const debt = owed.get(service);
				// Set back before it: it is to come again.
				if (debt && debt.wanted > now) owed.delete(service);
				const isNew = sawAt !== undefined && latest !== undefined && latest > previous && latest > sawAt;
				if (isNew && !started.has(`${service} ${new Date(latest).toISOString()}`))
					owed.set(service, {wanted: latest, since: clock.steady(), free: 0});
				const current = owed.get(service);
				if (!current) continue;
				if (
					starts
						.slice(-100)
						.some(each => each.service === service && each.wanted >= current.wanted && each.wanted <= now)
				) {
					owed.delete(service);
					continue;
				}
				const isBlocked = service === 'nightly' && (await runningOf(service)).length > 0;
				if (current.since < clock.steady()) current.free = isUp && !isBlocked ? current.free + passed : 0;
				if (current.free > 2 * hour)
					problems.push(
						`${service} of ${new Date(current.wanted).toISOString()} is lost, it is ${new Date(now).toISOString()}`,
					);
			}
			for (const {id, service, startedAt} of readDisk().jobs) {
				if (service !== 'hourglass' || claims.has(id)) continue;
				const at = Date.parse(startedAt);
				if ([...claims.values()].some(other => other <= at && other > at - day))
					problems.push(`hourglass: a second run within a day, at ${startedAt}`);
				claims.set(id, at);
			}
			const last = Math.max(...[...claims.values()].filter(at => at <= now));
			const debt = owed.get('hourglass');
			if (now - last <= day || claims.size === 0) owed.delete('hourglass');
			else owed.set('hourglass', {wanted: 0, since: 0, free: isUp && debt ? debt.free + passed : 0});
			if ((owed.get('hourglass')?.free ?? 0) > 2 * hour)
				problems.push(`hourglass is lost, it is ${new Date(now).toISOString()}`);
			if ((await runningOf('nightly')).length > 1) problems.push('nightly: two runs at once');
			previous = now;
		};

		const end = days * day;
		let offset = 0;
		let lockedUntil = 0;
		let goneUntil = 0;
		let nextChaos = 0;
		while (clock.steady() < end && problems.length === 0) {
			const wakes = agents.map(({duty, wakeAt, backAt}) => (duty ? wakeAt : backAt));
			const to = Math.min(...wakes, nextChaos, ...endsAt.values());
			clock.pass(Math.max(1000, to - clock.steady()));
			if (clock.steady() >= nextChaos) {
				nextChaos = clock.steady() + upTo(16 * hour);
				const dice = random();
				if (dice < 0.25) process.env['COMPARTMENT_FAILPOINT'] = `${points[upTo(points.length)]}:error`;
				else if (dice < 0.4) kill(agents[upTo(2)]!);
				else if (dice < 0.5) for (const agent of agents) kill(agent);
				else if (dice < 0.6) {
					// By up to a day, and later back.
					const jump = offset === 0 ? (random() < 0.5 ? 1 : -1) * (random() < 0.5 ? day : upTo(day)) : -offset;
					offset += jump;
					clock.set(clock.now() + jump);
					if (jump < 0) previous = Math.min(previous, clock.now());
					counts.jumps++;
					// The loop notices within half a minute.
					for (const agent of agents) agent.wakeAt = Math.min(agent.wakeAt, clock.steady() + upTo(30_000));
				} else if (dice < 0.7) lockedUntil = clock.steady() + upTo(2 * hour);
				else if (dice < 0.8) {
					goneUntil = clock.steady() + upTo(3 * hour);
					counts.outages++;
				}
				resetFailpoints();
			}
			disk.isLocked = clock.steady() < lockedUntil;
			isEngineGone = clock.steady() < goneUntil;
			for (const [id, at] of endsAt) {
				if (at > clock.steady()) continue;
				endsAt.delete(id);
				world.engine.crash(id, random() < 0.9 ? 0 : 1);
				for (const agent of agents) if (agent.duty && random() < 0.9) agent.wakeAt = clock.steady();
			}
			const due = agents.filter(({duty, wakeAt, backAt}) => clock.steady() >= (duty ? wakeAt : backAt));
			for (const agent of due) agent.seen = disk.state;
			await Promise.all(due.map(look));
			// Its loop looks every ten seconds whether the state was written.
			for (const agent of agents)
				if (agent.duty && agent.seen !== disk.state) agent.wakeAt = Math.min(agent.wakeAt, clock.steady() + 10_000);
			for (const {id, state} of (await world.engine.observe({})).containers)
				if (state === 'running' && !endsAt.has(id))
					endsAt.set(id, clock.steady() + upTo(random() < 0.1 ? 8 * hour : hour));
			for (const id of [...endsAt.keys()]) if (!(await world.engine.inspectContainer(id))) endsAt.delete(id);
			await audit();
		}
		return {problems, counts};
	} finally {
		delete process.env['COMPARTMENT_FAILPOINT'];
		world.close();
	}
}

afterEach(resetFailpoints);

it('in 1,000 days no scheduled time runs twice and none is lost', {timeout: 300_000}, async () => {
	const {problems, counts} = await simulate(20_260_302, 1000);
	expect(problems).toEqual([]);
	expect(counts.runs).toBeGreaterThan(6000);
	for (const count of [counts.kills, counts.jumps, counts.outages]) expect(count).toBeGreaterThan(100);
});
