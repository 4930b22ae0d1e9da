const pad = (value: number): string => String(value).padStart(2, '0');

/** Formats a duration in milliseconds: `820ms`, `12s`, `1m 05s`, `3h 2m`, `2d 4h`. */
export function formatDuration(milliseconds: number): string {
	const rounded = Math.max(0, Math.round(milliseconds));
	if (rounded < 1000) return `${rounded}ms`;
	const seconds = Math.round(rounded / 1000);
	if (seconds < 60) return `${seconds}s`;
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) return `${minutes}m ${pad(seconds % 60)}s`;
	const hours = Math.floor(minutes / 60);
	return hours < 24 ? `${hours}h ${minutes % 60}m` : `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/** Formats an age in one unit: `12s`, `5m`, `3h`, `4d`. `at` and `now` are in milliseconds since the epoch. */
export function formatAge(at: number, now: number): string {
	const seconds = Math.max(0, Math.floor((now - at) / 1000));
	if (seconds < 60) return `${seconds}s`;
	if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
	return seconds < 86_400 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
