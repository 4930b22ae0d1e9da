import {spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {hostname, userInfo} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {CancelledError, LockedError} from '../../source/errors.ts';
import {again} from '../../source/hint.ts';
import {sha256} from '../../source/model/canonical.ts';
import {renderHint} from '../../source/render-hint.ts';
import {holdKernelLock} from '../../source/state/kernel-lock.ts';
import {acquireLock, agentOperation, breakLock, readLock} from '../../source/state/lock.ts';
import {isLockName, lastReleased} from '../../source/state/socket-lock.ts';
import {environmentDirectory, runChild, startChild, temporaryDirectory} from './fixtures.ts';

const refusalOf = async (promise: Promise<unknown>): Promise<LockedError> => {
	const error = await promise.then(
		() => undefined,
		(thrown: unknown) => thrown,
	);
	expect(error).toBeInstanceOf(LockedError);
	return error as LockedError;
};

describe('acquireLock', () => {
	it('admits one holder, even within a process, and names it', async () => {
		const directory = environmentDirectory();
		const lock = await acquireLock(directory, {operation: 'apply'});
		const refusal = await refusalOf(acquireLock(directory, {operation: 'destroy'}));
		expect(refusal.message).toContain(
			`\`compartment apply\` of ${userInfo().username} (process ${process.pid} on ${hostname()}, since 20`,
		);
		expect(refusal).toMatchObject({exitCode: 3, hint: ['Wait for it: ', again('--lock-timeout', '30s')]});
		await lock.release();
		await lock.release();
		expect(existsSync(join(directory, 'lock.json'))).toBe(false);
		await (await acquireLock(directory, {operation: 'destroy'})).release();
	});

	it('waits for the agent in any case, and for a holder without a record, which may be the agent', async () => {
		for (const hasRecord of [true, false]) {
			const directory = environmentDirectory();
			const lock = await acquireLock(directory, {operation: agentOperation});
			if (!hasRecord) rmSync(join(directory, 'lock.json'));
			setTimeout(() => void lock.release(), 200);
			await (await acquireLock(directory, {operation: 'apply'})).release();
		}
	});

	it('admits many that wait at once, one after the other', async () => {
		const directory = environmentDirectory();
		let holders = 0;
		const work = async () => {
			const lock = await acquireLock(directory, {operation: 'apply', waitMs: 60_000});
			holders++;
			await new Promise(resolve => setImmediate(resolve));
			expect(holders).toBe(1);
			holders--;
			await lock.release();
		};
		await Promise.all(Array.from({length: 20}, work));
	});

	it('locks each environment separately, by the real path of its folder', async () => {
		const directory = environmentDirectory();
		const lock = await acquireLock(directory, {operation: 'apply'});
		await (await acquireLock(environmentDirectory(), {operation: 'apply'})).release();
		const link = join(temporaryDirectory(), 'link');
		symlinkSync(directory, link);
		await refusalOf(acquireLock(link, {operation: 'apply'}));
		await lock.release();
	});

	it('works in a folder with a path of any length', async () => {
		const deep = join(temporaryDirectory(), ...Array.from({length: 10}, () => 'a'.repeat(100)));
		mkdirSync(deep, {recursive: true});
		const lock = await acquireLock(deep, {operation: 'apply'});
		await refusalOf(acquireLock(deep, {operation: 'apply'}));
		await lock.release();
	});

	it('is freed at once when its process is killed', async () => {
		const directory = environmentDirectory();
		const {child, exit} = startChild('hold', directory);
		await once(child.stdout, 'data');
		const refusal = await refusalOf(acquireLock(directory, {operation: 'destroy'}));
		expect(refusal.message).toContain(`(process ${child.pid} on ${hostname()}`);
		child.kill('SIGKILL');
		await exit;
		expect(readLock(directory)?.pid).toBe(child.pid);
		const lock = await acquireLock(directory, {operation: 'destroy'});
		expect(readLock(directory)?.operation).toBe('destroy');
		await lock.release();
	});

	it('does not keep a process alive', async () => {
		const {code, output} = await runChild('hold-and-end', environmentDirectory());
		expect([code, output]).toEqual([0, 'held\n']);
	});

	it('waits for the holder as long as waitMs says', async () => {
		const directory = environmentDirectory();
		const lock = await acquireLock(directory, {operation: 'apply'});
		const waiting = acquireLock(directory, {operation: 'destroy', waitMs: 10_000});
		setTimeout(() => void lock.release(), 150);
		await (await waiting).release();

		const held = await acquireLock(directory, {operation: 'apply'});
		// After waiting, the hint is not to wait again.
		const said: string[] = [];
		const onWait = (message: string) => void said.push(message);
		const refusal = await refusalOf(acquireLock(directory, {operation: 'destroy', waitMs: 120, onWait}));
		expect(refusal.hint).toContain('free the lock');
		expect(said).toEqual([refusal.message]);
		await held.release();
	});

	it('stops waiting when it is cancelled', async () => {
		const directory = environmentDirectory();
		const lock = await acquireLock(directory, {operation: 'apply'});
		const controller = new AbortController();
		const waiting = acquireLock(directory, {operation: 'destroy', waitMs: 60_000, signal: controller.signal});
		setTimeout(() => controller.abort(), 50);
		await expect(waiting).rejects.toThrow(CancelledError);
		await lock.release();
	});

	it('does not name a dead process that held it before', async () => {
		const directory = environmentDirectory();
		const lock = await acquireLock(directory, {operation: 'apply'});
		const record = {...readLock(directory)!, pid: 2 ** 22 + 1, operation: 'earlier'};
		writeFileSync(join(directory, 'lock.json'), JSON.stringify(record));
		expect((await refusalOf(acquireLock(directory, {operation: 'destroy'}))).message).toContain('by another process');
		writeFileSync(join(directory, 'lock.json'), '{"torn');
		expect((await refusalOf(acquireLock(directory, {operation: 'destroy'}))).message).toContain('by another process');
		await lock.release();
	});
});

describe('holdKernelLock', () => {
	it('has one holder at a time, however many processes compete and die', async () => {
		const directory = temporaryDirectory();
		mkdirSync(join(directory, 'lock-folder'), {mode: 0o700});
		await Promise.all(Array.from({length: 10}, () => runChild('contend', directory)));
		const diary = readFileSync(join(directory, 'diary'), 'utf8').trimEnd().split('\n');
		expect(diary.length).toBe(2 * 10 * 12);
		for (let line = 0; line < diary.length; line += 2) expect(diary[line + 1]).toBe(diary[line]!.replace('in', 'out'));
		// What dead holders left is removed: one name keeps the number.
		expect(readdirSync(join(directory, 'lock-folder'))).toEqual([expect.stringMatching(/^lock\.\d+$/)]);
	}, 60_000);

	it('uses only names in the private folder, which others cannot take', async () => {
		const directory = environmentDirectory();
		const held = await holdKernelLock(directory);
		const [name] = readdirSync(directory).filter(isLockName);
		expect(statSync(join(directory, name!)).mode & 0o777).toBe(0o600);
		expect(statSync(directory).mode & 0o077).toBe(0);
		if (process.platform === 'linux') {
			const abstract = readFileSync('/proc/net/unix', 'utf8')
				.split('\n')
				.filter(line => line.includes(`@compartment-${sha256(directory).slice(0, 40)}`));
			expect(abstract).toEqual([]);
		}
		await held!.release();
		expect(lstatSync(join(directory, name!)).isFile()).toBe(true);
	});

	it('works across network namespaces that share the folder', async () => {
		const directory = environmentDirectory();
		const held = await holdKernelLock(directory);
		const program = `import {holdKernelLock} from '${new URL('../../source/state/kernel-lock.ts', import.meta.url)}';
			console.log(await holdKernelLock(${JSON.stringify(directory)}) ? 'taken' : 'held');`;
		const args = ['--net', '--map-root-user', process.execPath, '--input-type=module-typescript', '-e', program];
		const {stdout, status} = spawnSync('unshare', args, {encoding: 'utf8'});
		// Skip on systems without network namespaces, or without permission to make one.
		if (status === 0) expect(stdout).toBe('held\n');
		await held!.release();
	});

	it('refuses a system without such a lock', async () => {
		await expect(holdKernelLock(environmentDirectory(), 'aix')).rejects.toThrow(/cannot lock environments on aix/);
	});
});

describe.runIf(process.platform === 'linux')('isFirstSince', () => {
	it('is true only when no other process held the lock in between', async () => {
		const directory = environmentDirectory();
		const take = () => acquireLock(directory, {operation: 'apply'});
		expect(lastReleased(join(directory, 'absent'))).toBe(0);

		const before = lastReleased(directory);
		const first = await take();
		expect(first.isFirstSince(before)).toBe(true);
		expect(first.isFirstSince(undefined)).toBe(false);
		expect(lastReleased(directory)).toBeUndefined();
		await first.release();

		const between = lastReleased(directory);
		await (await take()).release();
		const third = await take();
		expect([before, between].map(third.isFirstSince)).toEqual([false, false]);
		await third.release();
	});

	it('is false when the lock was held at first, or its holder died', async () => {
		const directory = environmentDirectory();
		const first = await acquireLock(directory, {operation: 'apply'});
		const whileHeld = lastReleased(directory);
		await first.release();
		const second = await acquireLock(directory, {operation: 'apply'});
		expect(second.isFirstSince(whileHeld)).toBe(false);
		await second.release();
		await runChild('hold-and-end', directory);
		const afterDeath = lastReleased(directory);
		expect(afterDeath).toBeUndefined();
		const third = await acquireLock(directory, {operation: 'apply'});
		expect(third.isFirstSince(afterDeath)).toBe(false);
		await third.release();
	});
});

describe('a lock from another machine', () => {
	it('is held until it is broken', async () => {
		const directory = environmentDirectory();
		const record = {
			id: 'abc',
			user: 'ada',
			host: 'other-host',
			pid: 1,
			operation: 'apply',
			since: '2026-01-01T00:00:00Z',
		};
		writeFileSync(join(directory, 'lock.json'), JSON.stringify(record));
		const refusal = await refusalOf(acquireLock(directory, {operation: 'destroy'}));
		expect(refusal.message).toContain('`compartment apply` of ada (process 1 on other-host');
		expect(renderHint(refusal.hint!, {environment: 'staging'})).toContain('compartment state unlock abc --env staging');
		expect(JSON.parse(readFileSync(join(directory, 'lock.json'), 'utf8'))).toEqual(record);
		expect(await breakLock(directory)).toEqual(record);
		await (await acquireLock(directory, {operation: 'destroy'})).release();
	});

	it('cannot be broken while its process runs on this machine', async () => {
		const directory = environmentDirectory();
		const lock = await acquireLock(directory, {operation: 'apply'});
		await refusalOf(breakLock(directory));
		expect(readLock(directory)?.operation).toBe('apply');
		await lock.release();
		expect(await breakLock(directory)).toBeUndefined();
	});
});
