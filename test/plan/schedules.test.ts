import {expect, it} from 'vitest';
import {unkeptSchedules} from '../../source/plan/schedules.ts';
import type {Backup} from '../../source/state/backup.ts';
import {read} from '../descriptor/support.ts';

const now = Date.parse('2026-03-29T10:00:00Z');
const hours = (count: number) => new Date(now - count * 3_600_000).toISOString();

const text = (schedule: string) => `name: app
services: {web: .}
resources:
  db: {image: x, operations: {backup: {command: x, schedule: ${schedule}}}}
`;

const cron = "name: app\nservices: {report: {path: ., kind: cron, schedule: {cron: '0 2 * * *'}}}\n";

type Given = {readonly environment?: string; readonly directory?: string; readonly isAttended?: boolean};

const warn = (
	descriptor: string,
	backups: readonly Backup[] = [],
	{environment = 'production', directory = '/srv/app', isAttended = false}: Given = {},
) =>
	unkeptSchedules(
		read(descriptor, undefined, {directory}),
		{environment, backups},
		{isAttended: async () => isAttended, now},
	);

const madeAgo = (lastAgo: number): Backup[] => {
	const backup = {resource: 'db', purpose: 'scheduled', createdAt: hours(lastAgo)} as Backup;
	return [{...backup, purpose: 'manual', createdAt: hours(0)}, backup];
};

it('warns of schedules that nothing runs, with what would: an agent, or for backups a crontab line', async () => {
	expect(await warn(text('{interval: daily}'))).toEqual([
		'Nothing runs the schedule of db (backup, daily). Register the project with compartment agent add, and start compartment agent run. Or let cron make the backups, with this line for crontab -e:\n* * * * * cd /srv/app && compartment resource backup run-due',
	]);
	const [staging] = await warn(text("{cron: '0 2 * * 1'}"), [], {environment: 'staging', directory: "/srv/ada's 100%"});
	expect(staging).toContain("cd '/srv/ada'\\''s 100\\%' && compartment resource backup run-due --env staging");
	expect(await warn(cron)).toEqual([
		'Nothing runs the schedule of report (cron 0 2 * * *). Register the project with compartment agent add, and start compartment agent run.',
	]);
});

it('does not warn when an agent looks after the project', async () => {
	expect(await warn(text('{interval: daily}'), [], {isAttended: true})).toEqual([]);
	expect(await warn(cron, [], {isAttended: true})).toEqual([]);
});

it('names the preset that a schedule comes from', async () => {
	const both = 'name: app\nservices: {web: .}\nresources: {db: {preset: postgres}, cache: {preset: redis}}\n';
	expect((await warn(both))[0]).toMatch(
		/^Nothing runs the schedules of db \(backup, daily, from preset postgres\), cache \(backup, daily/,
	);
});

it.each([
	['{interval: daily}', 30, 0],
	['{interval: daily}', 49, 1],
	['{interval: hourly}', 1, 0],
	['{interval: hourly}', 3, 1],
	["{cron: '0 2 1 * *'}", 24 * 40, 0],
])('schedule %s with its last backup %d hours ago gives %d warnings', async (schedule, lastAgo, count) => {
	expect(await warn(text(schedule), madeAgo(lastAgo))).toHaveLength(count);
});
