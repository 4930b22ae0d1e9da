import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {expect, test} from 'vitest';

const run = promisify(execFile);
const source = new URL('../../source/ui/parts/small-heap.ts', import.meta.url);

/** Runs a program that always keeps the newest 10,000 of many objects; the size of V8's space for new objects in MB. */
async function sizeAfter(prepare: string): Promise<number> {
	const program = `
		import {getHeapSpaceStatistics} from 'node:v8';
		import {keepHeapSmall} from ${JSON.stringify(source.href)};
		${prepare}
		const ring = [];
		for (let count = 0; count < 3_000_000; count++) ring[count % 10_000] = {count, text: 'line ' + count};
		console.log(getHeapSpaceStatistics().find(space => space.space_name === 'new_space').space_size);
	`;
	const {stdout, stderr} = await run(process.execPath, ['--input-type=module', '--eval', program]);
	// Node reports a flag that it does not know there.
	expect(stderr).toBe('');
	return Number(stdout) / 1e6;
}

test('a log that passes through does not make the heap grow', async () => {
	expect(await sizeAfter('')).toBeGreaterThan(15);
	expect(await sizeAfter('keepHeapSmall();')).toBeLessThan(8);
});
