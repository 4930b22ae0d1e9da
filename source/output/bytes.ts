const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Formats a byte count in decimal units: `512 B`, `1.5 kB`, `12 MB`. */
export function formatBytes(bytes: number): string {
	let value = bytes;
	let unit = 0;
	// From 999.5 on, rounding would give four digits: use the next unit.
	while (value >= 999.5 && unit < units.length - 1) {
		value /= 1000;
		unit++;
	}
	const text = unit === 0 || value >= 99.5 ? Math.round(value) : Number(value.toPrecision(2));
	return `${text} ${units[unit]}`;
}
