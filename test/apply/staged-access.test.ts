import {setTimeout as pause} from 'node:timers/promises';
import {expect, test, vi} from 'vitest';
import {createMemoryWorld, images} from './memory-world.ts';

const encryptMs = 200;

vi.mock(import('../../source/apply/access-password.ts'), async load => {
	const real = await load();
	return {
		...real,
		// Encryption may take longer than an apply that fails at once.
		createAccess: async state => {
			await pause(encryptMs);
			return real.createAccess(state);
		},
	};
});

test('an apply that fails while its switch is staged writes nothing to the state after its end', async () => {
	const world = await createMemoryWorld();
	try {
		world.failNext('run', 1);
		const {result} = await world.apply(`name: shop\nservices:\n  web: {image: "${images.good}"}\n`);
		expect(result).toMatchObject({outcome: 'failed'});
		const {serial, access} = (await world.state())!;
		expect(access).not.toBeNull();
		await pause(2 * encryptMs);
		expect((await world.state())!.serial).toBe(serial);
	} finally {
		world.close();
	}
});
