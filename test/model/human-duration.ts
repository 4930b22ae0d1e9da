const plural = (count: number, unit: string): string => `${count} ${unit}s`;

/** A time as Docker's lists write it, from milliseconds. */
export function humanDuration(milliseconds: number): string {
	const seconds = Math.floor(milliseconds / 1000);
	if (seconds < 1) return 'Less than a second';
	if (seconds === 1) return '1 second';
	if (seconds < 60) return plural(seconds, 'second');
	const minutes = Math.floor(seconds / 60);
	if (minutes === 1) return 'About a minute';
	if (minutes < 60) return plural(minutes, 'minute');
	const hours = Math.floor(milliseconds / 3_600_000 + 0.5);
	if (hours === 1) return 'About an hour';
	if (hours < 48) return plural(hours, 'hour');
	if (hours < 24 * 14) return plural(Math.floor(hours / 24), 'day');
	if (hours < 24 * 60) return plural(Math.floor(hours / 24 / 7), 'week');
	if (hours < 24 * 365 * 2) return plural(Math.floor(hours / 24 / 30), 'month');
	return plural(Math.floor(milliseconds / 3_600_000 / 24 / 365), 'year');
}
