import {expect, it, onTestFinished, vi} from 'vitest';
import {createBackup} from '../../source/backup/create.ts';
import {restoreInPlace} from '../../source/backup/restore.ts';
import {UserError} from '../../source/errors.ts';
import {renderHint} from '../../source/render-hint.ts';
import {createMemoryWorld, images} from '../apply/memory-world.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

const descriptor = `name: shop
services:
  web: {image: '${images.good}'}
resources:
  db:
    image: '${images.database}'
    volumes: {data: /data}
    operations:
      backup: {command: dump}
      restore: {command: fail}
`;

it('a failed restore names both ways to recover the data', async () => {
	const world = await createMemoryWorld();
	onTestFinished(() => world.close());
	expect((await world.apply(descriptor)).result).toMatchObject({outcome: 'done'});
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
