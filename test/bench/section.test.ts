import {afterEach, expect, it, vi} from 'vitest';
import {section} from '../../bench/section.ts';

const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);

afterEach(() => {
	process.exitCode = undefined;
	write.mockClear();
});

it('prints an error in the place of the table, and lets the next part run', async () => {
	await section('first', () => Promise.reject(new Error('network has active endpoints')));
	expect(process.exitCode).toBe(1);
	await section('second', async () => 'a table');
	const printed = write.mock.calls.map(([text]) => String(text)).join('');
	expect(printed).toMatch(/^### first\n\n\*\*Failed\*\*\n\n {4}Error: network has active endpoints\n/);
	expect(printed).toMatch(/\n\n### second\n\na table\n\n$/);
	expect(process.exitCode).toBe(1);
});

it('succeeds when every part does', async () => {
	await section(undefined, async () => undefined);
	expect(process.exitCode).toBeUndefined();
	expect(write).not.toHaveBeenCalled();
});
