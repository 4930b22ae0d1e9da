import {expect, it, onTestFinished, vi} from 'vitest';
import {keepReserve} from '../../source/state/reserve.ts';
import {statePath} from '../../source/state/state-file.ts';
import {createMemoryWorld, images} from './memory-world.ts';

vi.mock(import('node:timers/promises'), async original => (await import('./short-pauses.ts')).shortenPauses(original));

const written = {bytes: 0, paths: [] as string[]};

vi.mock(import('../../source/state/private-file.ts'), async original => {
	const files = await original();
	return {
		...files,
		writeFully: (descriptor, content) => {
			written.bytes += Buffer.byteLength(content);
			files.writeFully(descriptor, content);
		},
		writeTemporary: (path, content) => {
			written.paths.push(path);
			written.bytes += Buffer.byteLength(content);
			return files.writeTemporary(path, content);
		},
	};
});

/** What an apply of so many new resources writes to disk, without the state that is written as time passes. */
async function deploy(count: number) {
	// The state file of an apply that takes less than a second.
	vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']});
	onTestFinished(() => void vi.useRealTimers());
	const world = await createMemoryWorld();
	onTestFinished(() => world.close());
	const resources = Array.from({length: count}, (_, index) => `  r${index}: {image: '${images.database}'}`);
	const descriptor = `name: shop\nservices:\n  w: {kind: worker, image: '${images.good}'}\nresources:\n${resources.join('\n')}\n`;
	keepReserve(world.directory);
	Object.assign(written, {bytes: 0, paths: []});
	const {result} = await world.apply(descriptor);
	expect(result).toMatchObject({outcome: 'done'});
	expect(Object.keys((await world.state())!.resources)).toHaveLength(count);
	return {bytes: written.bytes, stateWrites: written.paths.filter(path => path === statePath(world.directory)).length};
}

it('an apply of ten times as many objects writes about ten times as much, and the state file at its start and end', async () => {
	const few = await deploy(20);
	const many = await deploy(200);
	expect([few.stateWrites, many.stateWrites]).toEqual([2, 2]);
	expect(many.bytes / few.bytes).toBeLessThan(12);
});
