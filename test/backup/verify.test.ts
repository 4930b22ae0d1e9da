import {expect, it, onTestFinished} from 'vitest';
import {createBackup} from '../../source/backup/create.ts';
import {verifyBackup} from '../../source/backup/verify.ts';
import {isOperationAddress} from '../../source/model/address.ts';
import {labels} from '../../source/model/labels.ts';
import {createMemoryWorld, images} from '../apply/memory-world.ts';

const descriptor = `name: shop
services:
  web: {image: '${images.good}'}
resources:
  db:
    image: '${images.database}'
    volumes: {data: /data}
    operations:
      backup: {command: dump}
      restore: {command: restore}
`;

it('proves a backup, and leaves no container and no volume of the proof', async () => {
	const world = await createMemoryWorld();
	onTestFinished(() => world.close());
	expect((await world.apply(descriptor)).result).toMatchObject({outcome: 'done'});

	const verified = await world.work(descriptor, async work => {
		const {id} = await createBackup(work, 'db', 'manual');
		return verifyBackup(work, id);
	});

	expect(verified.verification).toMatchObject({status: 'succeeded', failureSummary: null});
	const {containers, volumes} = await world.engine.observe({[labels.lineage]: ''});
	const addresses = [...containers, ...volumes].map(({labels: own}) => own[labels.address] ?? '');
	expect(addresses).toEqual(expect.arrayContaining(['resource.db', 'volume.db.data']));
	expect(addresses.filter(isOperationAddress)).toEqual([]);
	expect(world.engine.calls.filter(({args: [spec]}) => JSON.stringify(spec)?.includes('.verify.'))).not.toEqual([]);
});
