import {appendFileSync} from 'node:fs';
import {appendAudit} from '../../source/state/audit.ts';
import {ensureDirectory} from '../../source/state/directory.ts';
import {openJournal} from '../../source/state/journal.ts';
import {holdKernelLock} from '../../source/state/kernel-lock.ts';
import {acquireLock} from '../../source/state/lock.ts';
import {ensureIdentity} from '../../source/state/secrets.ts';
import {newState, readState, writeState} from '../../source/state/store.ts';
import {withVariable} from '../../source/state/variables.ts';

const owner = {lineage: '00000000-0000-4000-8000-000000000001', project: 'shop', environment: 'production'};

const [, , scenario, directory = ''] = process.argv;

const scenarios: Readonly<Record<string, () => Promise<void>>> = {
	write: async () => {
		const current = await readState(directory);
		const next = withVariable(current ?? newState({project: 'shop', environment: 'production'}), {
			scope: {type: 'environment'},
			key: 'NUMBER',
			source: 'user',
			revision: 'fedcba9876543210',
			updatedAt: '2026-03-29T11:00:00.000Z',
			isSensitive: false,
			value: '100',
		});
		await writeState(directory, next, current ?? null);
	},
	journal: async () => {
		const journal = await openJournal(directory, {run: 'run_child', ...owner, serial: 1});
		const first = await journal.begin({type: 'create-network', name: 'compartment-shop.production'}, 'network');
		await journal.done(first);
		const changes = {engine: {value: 'engine-id'}};
		await journal.record([{patch: {version: 2, serial: 2, updatedAt: '2026-03-29T11:00:00.000Z', changes}}]);
		const second = await journal.begin({type: 'create-volume', name: 'second'}, 'volume.db.data');
		await journal.failed(second, 'no');
		await journal.close();
	},
	audit: async () => {
		appendAudit(directory, {type: 'test.child', status: 'succeeded', target: 'service.web', details: {}});
	},
	identity: async () => {
		await ensureIdentity();
	},
	everything: async () => {
		process.umask(Number(process.env['TEST_UMASK']));
		const {path} = ensureDirectory(directory, 'production');
		const lock = await acquireLock(path, {operation: 'apply'});
		const first = await writeState(path, newState({project: 'shop', environment: 'production'}), null);
		await writeState(path, first, first);
		const journal = await openJournal(path, {run: 'run_child', ...owner, lineage: first.lineage, serial: 1});
		await journal.close();
		await openJournal(path, {run: 'run_other', ...owner, lineage: first.lineage, serial: 1});
		appendAudit(path, {type: 'test.child', status: 'succeeded', target: 'service.web', details: {}});
		await ensureIdentity();
		console.log('lock', lock !== undefined);
	},
	'write-forever': async () => {
		let state = await readState(directory);
		for (;;) {
			state = await writeState(
				directory,
				state ?? newState({project: 'shop', environment: 'production'}),
				state ?? null,
			);
			console.log(state.serial);
		}
	},
	hold: async () => {
		await acquireLock(directory, {operation: 'apply'});
		console.log('held');
		setInterval(() => undefined, 1000);
	},
	// Takes the lock in a loop and logs when it holds it; sometimes it dies there.
	contend: async () => {
		const folder = `${directory}/lock-folder`;
		const note = (what: string) => appendFileSync(`${directory}/diary`, `${what} ${process.pid}\n`);
		for (let round = 0; round < 12; ) {
			const held = await holdKernelLock(folder);
			if (!held) continue;
			round++;
			note('in');
			await new Promise(resolve => setTimeout(resolve, Math.random() * 3));
			if (round === 12 && process.pid % 2 === 0) {
				note('out');
				process.kill(process.pid, 'SIGKILL');
			}
			note('out');
			await held.release();
		}
	},
	'hold-and-end': async () => {
		await acquireLock(directory, {operation: 'apply'});
		console.log('held');
	},
};

await scenarios[scenario ?? '']!();
