import {existsSync, readdirSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {resetFailpoints} from '../../source/failpoints.ts';
import {describeBiggestFile} from '../../source/state/biggest-file.ts';
import {checkDirectory} from '../../source/state/directory.ts';
import {openJournal, pendingWrites, readJournal} from '../../source/state/journal.ts';
import {beforeReserve, isReserveReleased, keepReserve, withReserve} from '../../source/state/reserve.ts';
import {statePath} from '../../source/state/state-file.ts';
import {readState, writeState} from '../../source/state/store.ts';
import {environmentDirectory, errorOf, numberOf, owner, writeNumbered} from './fixtures.ts';

const megabyte = 1024 * 1024;
const pathIn = (directory: string) => join(directory, 'reserve');
const network = {type: 'create-network', name: 'compartment-shop.production'} as const;

/** A write that fails as on a full disk while the reserve exists. */
const writeBeside = (directory: string, code: string) => () => {
	if (existsSync(pathIn(directory))) throw Object.assign(new Error('full'), {code});
	return 'written';
};

describe('the reserve', () => {
	it('is a private file of a megabyte, restored when it is short, without a warning', () => {
		const directory = environmentDirectory();
		for (const damage of [() => {}, () => writeFileSync(pathIn(directory), 'short')]) {
			damage();
			keepReserve(directory);
			expect(statSync(pathIn(directory)).size).toBe(megabyte);
			expect(statSync(pathIn(directory)).mode & 0o777).toBe(0o600);
		}
		const {ino} = statSync(pathIn(directory));
		keepReserve(directory);
		expect(statSync(pathIn(directory)).ino).toBe(ino);
		expect(checkDirectory(join(directory, '../..'), 'production')).toEqual([]);
		expect(describeBiggestFile(statePath(directory))).toBeUndefined();
	});

	it.each(['ENOSPC', 'EDQUOT'])('makes room for one record after %s', code => {
		const directory = environmentDirectory();
		expect(() => withReserve(directory, writeBeside(directory, code))).not.toThrow();
		keepReserve(directory);
		expect(withReserve(directory, writeBeside(directory, code))).toBe('written');
		expect(isReserveReleased(directory)).toBe(true);
		const full = Object.assign(new Error('full'), {code});
		expect(() =>
			withReserve(directory, () => {
				throw full;
			}),
		).toThrow(full);
		keepReserve(directory);
		expect(isReserveReleased(directory)).toBe(false);
		expect(existsSync(pathIn(directory))).toBe(true);
	});

	it('is not released for a write before something is done, or for another error', () => {
		const directory = environmentDirectory();
		keepReserve(directory);
		expect(() => beforeReserve(directory, writeBeside(directory, 'ENOSPC'))).toThrow('full');
		expect(() => withReserve(directory, writeBeside(directory, 'EIO'))).toThrow('full');
		expect(existsSync(pathIn(directory))).toBe(true);
		withReserve(directory, writeBeside(directory, 'ENOSPC'));
		expect(() => beforeReserve(directory, () => 'written')).toThrow(expect.objectContaining({code: 'ENOSPC'}));
	});
});

describe('the reserve on a full disk', () => {
	beforeEach(resetFailpoints);
	afterEach(() => {
		delete process.env['COMPARTMENT_FAILPOINT'];
	});

	it.each(['state.before-write', 'state.after-write', 'state.after-archive', 'state.before-rename'])(
		'lets the state be written at %s, without a temporary file left',
		async point => {
			const directory = environmentDirectory();
			await writeNumbered(directory, 1);
			keepReserve(directory);
			process.env['COMPARTMENT_FAILPOINT'] = `${point}:enospc`;
			await writeNumbered(directory, 2);
			expect(numberOf(await readState(directory))).toBe(2);
			expect(readdirSync(directory).sort()).toEqual(['history', 'state.json']);
		},
	);

	it.each(['done', 'failed', 'close'] as const)(
		'lets outcomes be recorded in the journal at %s, and nothing begin',
		async type => {
			const directory = environmentDirectory();
			keepReserve(directory);
			const journal = await openJournal(directory, {...owner, run: 'run_1', serial: 1});
			const op = await journal.begin(network, 'network');
			process.env['COMPARTMENT_FAILPOINT'] = `journal.before-${type}:enospc`;
			if (type === 'failed') await journal.failed(op, 'for a reason');
			else await journal.done(op);
			expect(pendingWrites(await readJournal(directory, owner))).toEqual([]);
			if (type !== 'close') await expect(journal.begin(network, 'network')).rejects.toThrow(/no space is left/);
			expect(await journal.close()).toBe(true);
			expect(readdirSync(directory)).toEqual(['history']);
		},
	);

	it('is used up on a disk that stays full, where writes fail', async () => {
		const directory = environmentDirectory();
		const before = await writeNumbered(directory, 1);
		keepReserve(directory);
		process.env['COMPARTMENT_FAILPOINT'] = 'state.before-write:full';
		const error = await errorOf(writeState(directory, {...before, engine: 'new'}, before));
		expect(error.message).toBe(`Cannot write ${statePath(directory)}: no space is left on the device`);
		expect(await readState(directory)).toEqual(before);
		expect(existsSync(pathIn(directory))).toBe(false);
	});
});
