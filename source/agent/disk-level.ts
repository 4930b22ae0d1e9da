import type {Disk} from './engine-disk.ts';

const giga = 1e9;

/** Below this much free space, a disk is low: a tenth of it, but no more than 20 GB. */
const limitOf = ({size}: Disk): number => Math.min(size / 10, 20 * giga);

/** A disk that was low is low until half as much again is free. So a level that moves around the limit is one event. */
export const isLow = (disk: Disk, wasLow: boolean): boolean => disk.free < limitOf(disk) * (wasLow ? 1.5 : 1);

/** What the agent knows of the disk: since when it is low, as reported last, by the steady clock. */
export type DiskLevel = {readonly reportedAt: number | undefined};

const dayMs = 24 * 3_600_000;

/** What is known after a look at the disk, and whether to report that it is low: at first, and then every day. Pure. */
export function lookAtDisk(
	{reportedAt}: DiskLevel,
	disk: Disk,
	now: number,
): {readonly level: DiskLevel; readonly shouldReport: boolean} {
	if (!isLow(disk, reportedAt !== undefined)) return {level: {reportedAt: undefined}, shouldReport: false};
	const shouldReport = reportedAt === undefined || now - reportedAt >= dayMs;
	return {level: {reportedAt: shouldReport ? now : reportedAt}, shouldReport};
}

/** `1.5 GB of 100 GB` */
export function freeText({size, free}: Disk): string {
	const gb = (bytes: number) => `${(bytes / giga).toFixed(bytes < 10 * giga ? 1 : 0)} GB`;
	return `${gb(free)} of ${gb(size)}`;
}

/** `Only 1.5 GB of 100 GB are free on the disk of the engine.` */
export const diskText = (disk: Disk): string => `Only ${freeText(disk)} are free on the disk of the engine.`;
