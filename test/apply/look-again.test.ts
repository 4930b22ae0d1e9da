import {afterEach, beforeEach, expect, test} from 'vitest';
import {progressOf} from '../../source/output/events/progress.ts';
import {type Applied, createMemoryWorld, images, type MemoryWorld} from './memory-world.ts';

let world: MemoryWorld;

beforeEach(async () => {
	world = await createMemoryWorld();
});

afterEach(() => world.close());

const describeBatch = (image = images.good) => `name: shop
services:
  mail: {image: "${image}", kind: worker}
resources:
  db: {image: "${images.database}"}
`;

const containerAt = async (address: string): Promise<string> =>
	(await world.engine.observe({'compartment.address': address})).containers.at(-1)!.id;

/** Something happens when every step but the last has been done. */
function atTheEnd(happen: () => Promise<void>): void {
	const {listImages} = world.engine;
	let hasHappened = false;
	Object.assign(world.engine, {
		async listImages(...args: Parameters<typeof listImages>) {
			if (!hasHappened) {
				hasHappened = true;
				await happen();
			}
			return listImages(...args);
		},
	});
}

const stepOf = ({events}: Applied, address: string) => progressOf(events).steps.find(step => step.address === address);

test.each(['resource.db', 'service.mail'])(
	'%s that ends before the apply does is a failure of its action',
	async address => {
		atTheEnd(async () => {
			const id = await containerAt(address);
			await world.engine.setRestart(id, {policy: 'no'});
			world.engine.print(id, 'no space left');
			world.engine.crash(id, 3, true);
		});
		const applied = await world.apply(describeBatch());
		expect(applied.result).toMatchObject({outcome: 'failed', failed: 1});
		const subject = address === 'resource.db' ? 'Resource db' : 'Your program';
		expect(stepOf(applied, address)).toMatchObject({
			state: 'failed',
			failure: {
				message: `${subject} ran out of memory (exit code 3) at startup.`,
				exitCode: 3,
				isOutOfMemory: true,
				lastLines: ['no space left'],
			},
		});
		expect(applied.result!.done).toBe(progressOf(applied.events).counts.done);
	},
);

test('what the engine has restarted meanwhile is a failure, with the exit code of the run that ended', async () => {
	atTheEnd(async () => world.engine.crash(await containerAt('service.mail'), 4));
	const applied = await world.apply(describeBatch());
	expect(stepOf(applied, 'service.mail')).toMatchObject({
		state: 'failed',
		failure: {message: 'Your program exited with code 4 at startup.', exitCode: 4},
	});
});

test('what stays up is looked at once, and nothing else is', async () => {
	const before = world.engine.calls.length;
	expect((await world.apply(describeBatch())).result?.outcome).toBe('done');
	const inspected = world.engine.calls.slice(before).filter(({method}) => method === 'inspectContainer');
	const db = await containerAt('resource.db');
	// Once after its watch, once at the end.
	expect(inspected.filter(({args}) => args[0] === db).length).toBe(2);
});
