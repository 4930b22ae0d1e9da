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

const warn = (schedule: string, lastAgo?: number, environment = 'production', directory = '/srv/app') => {
	const backup = {resource: 'db', purpose: 'scheduled', createdAt: hours(lastAgo ?? 0)} as Backup;
	const backups = lastAgo === undefined ? [] : [{...backup, purpose: 'manual' as const, createdAt: hours(0)}, backup];
	return unkeptSchedules(
		read(text(schedule), undefined, {directory}),
		{environment, backups: lastAgo === undefined ? [] : backups},
		now,
	);
};

it('warns of schedules that nothing runs, with a crontab line that would', () => {
	expect(warn('{interval: daily}')).toEqual([
		'The backup schedule of db (daily) needs cron. Add this line with crontab -e:\n* * * * * cd /srv/app && compartment resource backup run-due',
	]);
	expect(warn("{cron: '0 2 * * 1'}", undefined, 'staging', "/srv/ada's 100%")[0]).toContain(
		"cd '/srv/ada'\\''s 100\\%' && compartment resource backup run-due --env staging",
	);
});

it('names the preset that a schedule comes from', () => {
	const project = read('name: app\nservices: {web: .}\nresources: {db: {preset: postgres}, cache: {preset: redis}}\n');
	const state = {environment: 'production', backups: []};
	expect(unkeptSchedules(project, state, now)[0]).toMatch(
		/^The backup schedule.* of db \(daily, from preset postgres\)/,
	);
});

it.each([
	['{interval: daily}', 30, 0],
	['{interval: daily}', 49, 1],
	['{interval: hourly}', 1, 0],
	['{interval: hourly}', 3, 1],
	["{cron: '0 2 1 * *'}", 24 * 40, 0],
])('schedule %s with its last backup %d hours ago gives %d warnings', (schedule, lastAgo, count) => {
	expect(warn(schedule, lastAgo)).toHaveLength(count);
});
