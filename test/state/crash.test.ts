import {once} from 'node:events';
import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import {failpointNames} from '../../source/failpoints.ts';
import {appendAudit, readAudit} from '../../source/state/audit.ts';
import {readHistory} from '../../source/state/history.ts';
import {openJournal, pendingWrites, readJournal} from '../../source/state/journal.ts';
import {acquireLock} from '../../source/state/lock.ts';
import {isTemporary} from '../../source/state/private-file.ts';
import {ensureIdentity} from '../../source/state/secrets.ts';
import {readState} from '../../source/state/store.ts';
import {
	environmentDirectory,
	numberOf,
	owner,
	runChild,
	startChild,
	temporaryDirectory,
	writeNumbered,
} from './fixtures.ts';

const pointsOf = (room: string) => failpointNames.filter(name => name.startsWith(`${room}.`));

describe('a process that is killed while it writes a state', () => {
	it.each(pointsOf('state'))('leaves the old state or the new one at %s', async point => {
		const directory = environmentDirectory();
		await writeNumbered(directory, 1);
		const before = await writeNumbered(directory, 2);

		const {signal} = await runChild('write', directory, {COMPARTMENT_FAILPOINT: point});
		expect(signal).toBe('SIGKILL');

		const after = await readState(directory);
		const isNew = point === 'state.after-rename' || point === 'state.after-sync';
		expect(after?.serial).toBe(isNew ? 3 : 2);
		expect(numberOf(after)).toBe(isNew ? 100 : 2);
		if (!isNew) expect(after).toEqual(before);

		const lock = await acquireLock(directory, {operation: 'apply'});
		const next = await writeNumbered(directory, 4);
		await lock.release();
		expect(next.serial).toBe(after!.serial + 1);
		expect(readHistory(directory).map(({serial, problem}) => ({serial, problem}))).toEqual(
			Array.from({length: after!.serial}, (_, index) => ({serial: after!.serial - index, problem: undefined})),
		);
		expect(readdirSync(directory).filter(isTemporary)).toEqual([]);
	});

	it.each(pointsOf('state'))('leaves no state or the first one at %s', async point => {
		const directory = environmentDirectory();
		expect((await runChild('write', directory, {COMPARTMENT_FAILPOINT: point})).signal).toBe('SIGKILL');
		const isNew = point === 'state.after-rename' || point === 'state.after-sync';
		expect((await readState(directory))?.serial).toBe(isNew ? 1 : undefined);
		expect((await writeNumbered(directory, 2)).serial).toBe(isNew ? 2 : 1);
	});
});

describe('a process that is killed at any moment of many writes', () => {
	it('has lost no write that it reported', async () => {
		const directory = environmentDirectory();
		for (let kill = 0; kill < 6; kill++) {
			const {child, exit} = startChild('write-forever', directory);
			let output = '';
			child.stdout.on('data', chunk => (output += chunk));
			await once(child.stdout, 'data');
			await sleep(Math.random() * 30);
			child.kill('SIGKILL');
			await exit;
			const reported = Number(output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1));
			const serial = (await readState(directory))?.serial ?? 0;
			expect(reported).toBeGreaterThan(0);
			expect(serial - reported).toBeGreaterThanOrEqual(0);
		}
	});
});

describe('a process that is killed while it writes the journal', () => {
	const pendingAt: Readonly<Record<string, readonly string[]>> = {
		'journal.before-open': [],
		'journal.after-open': [],
		'journal.before-begin': [],
		'journal.after-begin': ['network'],
		'journal.before-done': ['network'],
		'journal.after-done': [],
		'journal.before-state': [],
		'journal.after-state': [],
		'journal.before-failed': ['volume.db.data'],
		'journal.after-failed': [],
		'journal.before-close': [],
		'journal.after-close': [],
		'journal.after-archive': [],
	};

	it.each(pointsOf('journal'))('leaves the pending writes at %s', async point => {
		const directory = environmentDirectory();
		expect((await runChild('journal', directory, {COMPARTMENT_FAILPOINT: point})).signal).toBe('SIGKILL');

		const pending = pendingWrites(await readJournal(directory, owner));
		expect(pending.map(({address}) => address)).toEqual(pendingAt[point]);

		const journal = await openJournal(directory, {run: 'run_next', ...owner, serial: 1});
		expect(pendingWrites(await readJournal(directory, owner))).toEqual(pending);
		for (const {op} of pending) await journal.done(op);
		expect(await journal.close()).toBe(true);
		expect(await readJournal(directory, owner)).toEqual([]);
		expect(existsSync(join(directory, 'history', 'journal.run_next.ndjson'))).toBe(true);
	});
});

describe('a process that is killed while it writes something else', () => {
	it.each(pointsOf('audit'))('leaves an audit file that can be continued at %s', async point => {
		const directory = environmentDirectory();
		expect((await runChild('audit', directory, {COMPARTMENT_FAILPOINT: point})).signal).toBe('SIGKILL');
		expect(appendAudit(directory, {type: 'test', status: 'failed', target: 'routes', details: {}})).toBeUndefined();
		expect(readAudit(directory).map(({type}) => type)).toEqual(
			point === 'audit.after-append' ? ['test.child', 'test'] : ['test'],
		);
	});

	it.each(pointsOf('identity'))('leaves no identity or a whole one at %s', async point => {
		const env = {COMPARTMENT_CONFIG_HOME: join(temporaryDirectory(), 'own')};
		expect((await runChild('identity', '', {...env, COMPARTMENT_FAILPOINT: point})).signal).toBe('SIGKILL');
		const wasMade = existsSync(join(env.COMPARTMENT_CONFIG_HOME, 'identity'));
		expect(wasMade).toBe(point === 'identity.after-create');
		const {recipient} = await ensureIdentity(env);
		expect((await ensureIdentity(env)).recipient).toBe(recipient);
	});
});
