import {cpSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {beforeAll, describe, expect, test} from 'vitest';
import {expectError, type Outcome, type Running, withSandbox} from '../docker/cli.ts';
import {publicService} from '../docker/cli-server.ts';
import {waitForFreeLock} from '../docker/engine-state-lab.ts';
import {startLoad} from '../docker/router-load.ts';
import type {Client} from '../docker/second-client.ts';
import {type SshProcess, sshOf} from '../docker/ssh-processes.ts';
import {withSshd} from '../docker/sshd.ts';
import {addPerson, apply, expectNoChanges, openTeam} from '../docker/team-lab.ts';
import {openDelayProxy} from '../support/delay-proxy.ts';

/** COMPARTMENT_SOAK_ROUNDS shortens it. */
const rounds = Number(process.env['COMPARTMENT_SOAK_ROUNDS'] ?? 50);
const wait = ['--lock-timeout', '5m'] as const;

const sshd = withSshd();
const sandbox = withSandbox(({addService, describe: write}) => {
	addService('web');
	// An apply of a version that does not get ready holds the lock for so long.
	write({services: {web: publicService('web', {readiness: {type: 'http', path: '/healthz', timeoutMs: 180_000}})}});
});
let anna: Client;
let ben: Client;
let version = 1;

beforeAll(async () => {
	({anna, ben} = await openTeam(sandbox, sshd));
});

/** Everybody gets the next version of the sources. */
function nextVersion(suffix = ''): void {
	sandbox.setVersion('web', `v${++version}${suffix}`);
	for (const {cloneSources} of [anna, ben]) cloneSources();
}

const said = (outcomes: readonly Outcome[]) => outcomes.map(({stdout, stderr}) => `${stdout}${stderr}`).join('\n');
const seconds = (ms: number) => (ms / 1000).toFixed(1);

test('of two hosts that apply at the same moment one wins, and the other leaves with 3 or waits', async () => {
	const counts = {anna: 0, ben: 0, refused: 0, waited: 0, idle: 0};
	let longestMs = 0;
	for (let round = 1; round <= rounds; round++) {
		nextVersion();
		const isPatient = round % 2 === 0;
		const before = anna.state().serial;
		const outcomes = await Promise.all([anna.run(apply), ben.run(isPatient ? [...apply, ...wait] : apply)]);
		const [first, second] = outcomes;
		const text = said(outcomes);
		const isIdle = ({stdout}: Outcome) => /^No changes\./m.test(stdout);
		const winners = outcomes.filter(outcome => outcome.exitCode === 0 && !isIdle(outcome));
		expect(winners, text).toHaveLength(1);
		const [winner] = winners as [Outcome];
		counts[winner === first ? 'anna' : 'ben']++;
		const loser: Outcome = winner === first ? second : first;
		if (loser.exitCode === 3) {
			counts.refused++;
			const owner = winner === first ? 'annas-laptop' : 'bens-laptop';
			expectError(loser, new RegExp(`locked by .compartment apply. of \\S+ \\(process \\d+ on ${owner}, since `), 3);
		} else {
			expect(isIdle(loser), text).toBe(true);
			const hasWaited = loser.stderr.includes('Waiting for it');
			counts[hasWaited ? 'waited' : 'idle']++;
			if (hasWaited) longestMs = Math.max(longestMs, loser.durationMs);
		}
		expect((await sandbox.ask()).body).toBe(`web v${version}`);
		const other = winner === first ? ben : anna;
		await expectNoChanges(other);
		expect(other.state().serial).toBeGreaterThan(before);
	}
	console.log(`${rounds} rounds: ${JSON.stringify(counts)}, longest command that waited ${seconds(longestMs)} s`);
});

test('of writes that alternate between two hosts none is lost', async () => {
	const writes = 4 * rounds;
	for (let write = 0; write < writes; write++)
		await (write % 2 === 0 ? anna : ben).succeed(['variable', 'set', `KEY_${write}`, String(write)]);
	const lists = await Promise.all([anna, ben].map(({succeed}) => succeed(['variable', 'list'])));
	const lost = Array.from({length: writes}, (_, write) => `KEY_${write}`).filter(
		key => !lists.every(list => new RegExp(`^${key} `, 'm').test(list)),
	);
	console.log(`${writes} writes, ${lost.length} lost`);
	expect(lost).toEqual([]);
});

/** An apply that waits for a service that does not get ready. */
type Hanging = Running & {readonly pid: number; readonly ssh: SshProcess};

async function startHanging(): Promise<Hanging> {
	nextVersion(' unready');
	const applying = anna.start(apply);
	await applying.shows(/service\.web +(starting|waiting|started|checking|not ready|probe)/);
	const [ssh] = sshOf(applying.child.pid!);
	return {...applying, pid: applying.child.pid!, ssh: ssh!};
}

async function recover(): Promise<void> {
	nextVersion();
	await ben.succeed(apply);
	for (const person of [anna, ben]) await expectNoChanges(person);
	expect((await sandbox.ask()).body).toBe(`web v${version}`);
}

/** Kills a process that may have ended. */
function killQuietly(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {}
}

describe('a command in another host that goes away', () => {
	test.for([
		['is killed', 5, 1000, ({pid}: Hanging): void => void process.kill(pid, 'SIGKILL')],
		[
			'is stopped, and its ssh killed',
			3,
			1000,
			({pid, ssh}: Hanging): void => {
				process.kill(pid, 'SIGSTOP');
				process.kill(ssh.pid, 'SIGKILL');
			},
		],
		['is frozen', 2, 20_000, ({pid}: Hanging): void => void process.kill(pid, 'SIGSTOP')],
		[
			'is frozen with its ssh',
			2,
			20_000,
			({pid, ssh}: Hanging): void => {
				process.kill(pid, 'SIGSTOP');
				process.kill(ssh.pid, 'SIGSTOP');
			},
		],
	] as const)('and %s frees the lock in time, and the other host recovers', async ([what, times, limitMs, harm]) => {
		const took: number[] = [];
		const load = startLoad(sandbox.router, sandbox.host(), {keepAlive: 1, fresh: 0, idling: 2});
		for (let time = 0; time < times; time++) {
			const hanging = await startHanging();
			const lock = await waitForFreeLock(sandbox);
			expect(lock.holder).toMatchObject({host: 'annas-laptop', pid: hanging.pid, operation: 'apply'});
			harm(hanging);
			took.push(await lock.freeAfter(40_000));
			killQuietly(hanging.pid);
			killQuietly(hanging.ssh.pid);
			await hanging.ended;
			await recover();
		}
		await load.stop();
		console.log(
			`a command that ${what}: free after ${took.map(seconds).join(', ')} s; ${load.samples.length} requests`,
		);
		expect(load.losses).toEqual([]);
		expect(Math.max(...took)).toBeLessThan(limitMs);
	});
});

test.for([
	['builds', /image\.web/, '', [0, 1]],
	// It takes four seconds from then.
	['waits for its service', /web │ listening on/, ' late', [0]],
] as const)('an apply whose ssh is killed while it %s settles it', async ([what, stage, behaviour, codes]) => {
	const ended: string[] = [];
	const load = startLoad(sandbox.router, sandbox.host(), {keepAlive: 1, fresh: 0, idling: 2});
	for (let time = 0; time < 5; time++) {
		nextVersion(behaviour);
		const applying = anna.start(apply);
		await applying.shows(stage);
		for (const {pid} of sshOf(applying.child.pid!)) process.kill(pid, 'SIGKILL');
		const {exitCode, stdout, stderr, durationMs} = await applying.ended;
		expect(codes, `${stdout}${stderr}`).toContain(exitCode);
		ended.push(`${exitCode} after ${seconds(durationMs)} s`);
		await ben.succeed(apply);
		for (const person of [anna, ben]) await expectNoChanges(person);
	}
	await load.stop();
	console.log(`ssh killed while an apply ${what}: ${ended.join(', ')}; ${load.samples.length} requests`);
	expect(load.losses).toEqual([]);
});

describe('at a round trip of 40 ms', () => {
	test('an apply works, holds its lock for a minute, and writes of both hosts are kept', async () => {
		const far = await openDelayProxy(sshd.port, 40);
		sshd.reachThrough(far.port);
		try {
			nextVersion();
			const {durationMs} = await anna.run(apply);
			await expectNoChanges(ben);
			const hanging = await startHanging();
			const held: string[] = [];
			for (let time = 0; time < 12; time++) {
				const {exitCode, stderr} = await ben.run(['variable', 'set', 'FAR', String(time)]);
				expect(exitCode, stderr).toBe(3);
				held.push(/on (\S+),/.exec(stderr)![1]!);
				await pause(4000);
			}
			expect(new Set(held)).toEqual(new Set(['annas-laptop']));
			process.kill(hanging.pid, 'SIGKILL');
			await hanging.ended;
			await recover();
			for (let write = 0; write < 10; write++)
				await (write % 2 === 0 ? anna : ben).succeed(['variable', 'set', `FAR_${write}`, 'x']);
			await ben.succeed(apply);
			const listed = await ben.succeed(['variable', 'list']);
			expect(listed.match(/^FAR_\d+/gm)).toHaveLength(10);
			console.log(`apply in ${seconds(durationMs)} s, refused ${held.length} times while it was held`);
		} finally {
			sshd.reachThrough(sshd.port);
			far.close();
		}
	});
});

test('a state moves to a folder and back, and the other host is told where it went', async () => {
	await anna.succeed(['state', 'migrate', '--to', 'local']);
	await expectNoChanges(anna);
	expectError(await ben.run(['plan']), /is no longer on the engine: \S+ moved it to a folder on annas-laptop/);
	nextVersion();
	await anna.succeed(apply);
	await anna.succeed(['variable', 'set', 'LOCAL', 'yes']);
	await anna.succeed(['state', 'migrate', '--to', 'engine']);
	await ben.succeed(apply);
	for (const person of [anna, ben]) await expectNoChanges(person);
	expect(await ben.succeed(['variable', 'list'])).toContain('LOCAL');
	anna.cloneAgain();
	await expectNoChanges(anna);
});

test('whose laptop is lost has everything again with the identity, or with the configuration', async () => {
	nextVersion();
	await anna.succeed(apply);
	const fresh = addPerson(sandbox, sshd, 'annas-new-laptop');
	cpSync(join(anna.config, 'identity'), join(fresh.config, 'identity'));
	await fresh.succeed(['machine', 'add', 'web1', 'ssh://deploy@lab']);
	expect(await fresh.succeed(['environment', 'create', 'production', '--engine', 'web1'])).toMatch(/^Recorded /);
	anna.cloneAgain();
	for (const person of [fresh, anna]) {
		await expectNoChanges(person);
		expect(JSON.parse(await person.succeed(['environment', 'list', '--json']))).toMatchObject({
			environments: [{name: 'production', services: 1, engine: 'web1', problem: null}],
		});
		const {entries} = JSON.parse(await person.succeed(['state', 'history', '--json'])) as {entries: readonly unknown[]};
		expect(entries.length).toBeGreaterThan(2);
		expect(await person.succeed(['status'])).toMatch(/^web +(healthy|starting)/m);
		expect(await person.succeed(['logs', 'web', '--tail', '5', '--plain'])).toContain(`starting web v${version}`);
		expect(await person.succeed(['deployment', 'list'])).toContain('web');
	}
	await fresh.succeed(['rollback', '--auto-approve']);
	expect((await sandbox.ask()).body).toBe(`web v${version - 1}`);
	await anna.succeed(['destroy', '--auto-approve']);
	expect((await sandbox.observe()).containers).toEqual([]);
});
