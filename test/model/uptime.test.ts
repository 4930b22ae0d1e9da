import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {leastUptimeMs} from '../../source/model/uptime.ts';
import {humanDuration} from './human-duration.ts';

const minute = 60_000;

describe('leastUptimeMs', () => {
	it.each([
		['Up 2 minutes', 2],
		['Up 59 minutes', 59],
		['Up 3 minutes (healthy)', 3],
		['Up About an hour', 60],
		['Up 47 hours', 60],
		['Up 2 days', 60],
		['Up 3 weeks (healthy)', 60],
		['Up 23 months', 60],
		['Up 2 years', 60],
	])('reads %s', (status, minutes) => {
		expect(leastUptimeMs(status)).toBe(minutes * minute);
	});

	it.each([
		'Up',
		'Up Less than a second',
		'Up 1 second',
		'Up 59 seconds',
		'Up About a minute',
		'Up 3 minutes (Paused)',
		'Up 3 minutes (unhealthy)',
		'Up 3 minutes (health: starting)',
		'Restarting (1) 3 minutes ago',
		'Exited (0) 3 minutes ago',
		'Created',
		'Dead',
		'Removal In Progress',
		'up 3 minutes',
		'Up 3 minutes ago',
		'',
	])('leaves %j to an inspection', status => {
		expect(leastUptimeMs(status)).toBeUndefined();
	});

	it('never says more than the time that Docker wrote, and knows every text from two minutes on', () => {
		fc.assert(
			fc.property(fc.oneof(fc.nat(3 * 3_600_000), fc.nat(5 * 365 * 86_400_000)), milliseconds => {
				const least = leastUptimeMs(`Up ${humanDuration(milliseconds)}`);
				if (milliseconds >= 2 * minute) expect(least).toBeDefined();
				expect(least ?? 0).toBeLessThanOrEqual(milliseconds);
			}),
		);
	});
});
