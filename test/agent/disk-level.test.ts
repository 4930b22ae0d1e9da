import {expect, it} from 'vitest';
import {type DiskLevel, diskText, lookAtDisk} from '../../source/agent/disk-level.ts';
import {parseDf} from '../../source/agent/engine-disk.ts';

const giga = 1e9;
const hour = 3_600_000;

/** Looks at a disk of this size every hour, and returns the hours at which it is reported. */
function reportsOf(sizeGb: number, freeGb: readonly number[]): readonly number[] {
	let level: DiskLevel = {reportedAt: undefined};
	return freeGb.flatMap((free, index) => {
		const looked = lookAtDisk(level, {size: sizeGb * giga, free: free * giga}, index * hour);
		level = looked.level;
		return looked.shouldReport ? index : [];
	});
}

it('a disk is low when less than a tenth of it is free', () => {
	expect(reportsOf(100, [10, 9.9])).toEqual([1]);
	expect(reportsOf(10, [1, 0.9])).toEqual([1]);
});

it('a large disk is low below 20 GB', () => {
	expect(reportsOf(4000, [300, 20, 19.9])).toEqual([2]);
});

it('is reported once while its level moves around the limit, and again after it was well', () => {
	expect(reportsOf(100, [9, 11, 9, 14.9, 9])).toEqual([0]);
	expect(reportsOf(100, [9, 15, 9])).toEqual([0, 2]);
});

it('is reported again every day as long as it is low', () => {
	expect(reportsOf(100, Array(50).fill(5))).toEqual([0, 24, 48]);
});

it('the text says how much is free', () => {
	expect(diskText({size: 100 * giga, free: 1.54 * giga})).toBe(
		'Only 1.5 GB of 100 GB are free on the disk of the engine.',
	);
});

it.each([
	[
		'Filesystem           1024-blocks    Used Available Capacity Mounted on\noverlay              102687672  97355576   5332096  95% /\n',
		{size: 102_687_672 * 1024, free: 5_332_096 * 1024},
	],
	[
		'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/my disk 100 90 10 90% /\n',
		{size: 102_400, free: 10_240},
	],
	[
		// Some blocks are kept for root.
		'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 100 20 70 23% /\n',
		{size: 90 * 1024, free: 70 * 1024},
	],
	['Filesystem 1024-blocks Used Available Capacity Mounted on\nnone 0 0 0 0% /\n', undefined],
	['df: /: cannot read\n', undefined],
	['', undefined],
])('reads what df prints: %j', (output, disk) => {
	expect(parseDf(output)).toEqual(disk);
});
