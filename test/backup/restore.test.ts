import {expect, it, vi} from 'vitest';
import {createBackup} from '../../source/backup/create.ts';
import {restoreInPlace} from '../../source/backup/restore.ts';
import {UserError} from '../../source/errors.ts';
import {renderHint} from '../../source/render-hint.ts';
import {openRestorableWorld} from './restorable-world.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

it('a failed restore names both ways to recover the data', async () => {
	const {world, descriptor} = await openRestorableWorld('fail');
	const {id, error} = await world.work(descriptor, async work => {
		const backup = await createBackup(work, 'db', 'manual');
		return {id: backup.id, error: await restoreInPlace(work, 'db', backup.id).catch((reason: unknown) => reason)};
	});
	if (!(error instanceof UserError)) throw error;
	const previous = (await world.state())?.resources['db']?.restore?.preRestoreBackup;
	const restore = (backup: string) => `compartment resource backup restore --resource db --backup ${backup} --yes`;
	expect(renderHint(error.hint!, {environment: 'production'})).toBe(
		`Restore the backup again, or the data from before:\n${restore(id)}\n${restore(previous!)}   # as it was before`,
	);
});
