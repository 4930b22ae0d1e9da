import {expect, onTestFinished} from 'vitest';
import {createMemoryWorld, images} from '../apply/memory-world.ts';

/** A project with a database that can be backed up, and restored with this command. */
const descriptorWith = (restore: string): string => `name: shop
services:
  web: {image: '${images.good}'}
resources:
  db:
    image: '${images.database}'
    volumes: {data: /data}
    operations:
      backup: {command: dump}
      restore: {command: ${restore}}
`;

/** An applied project with such a database, which is removed after the test. */
export async function openRestorableWorld(restore: string) {
	const world = await createMemoryWorld();
	onTestFinished(() => world.close());
	const descriptor = descriptorWith(restore);
	expect((await world.apply(descriptor)).result).toMatchObject({outcome: 'done'});
	return {world, descriptor};
}
