import {expect, it} from 'vitest';
import {weigh} from '../../bench/peak.ts';

const node = (script: string) => [process.execPath, '-e', script] as const;

it('reads the peak memory of a command beside its output, where a program can', async () => {
	const {stdout, peak} = await weigh(node('Buffer.alloc(150e6, 1); process.stdout.write("done")'), {});
	expect(stdout).toBe('done');
	if (peak === undefined) return;
	expect(peak).toBeGreaterThan(150);
	expect((await weigh(node(''), {})).peak).toBeLessThan(120);
});

it('throws what a command that fails has said', async () => {
	await expect(weigh(node('console.error("no room"); process.exit(3)'), {})).rejects.toThrow(/ended with 3:\nno room/);
});
