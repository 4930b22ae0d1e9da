const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** An amount of bytes for people: `512 B`, `1.5 kB`, `12 MB`. A kB has 1000. */
export function formatBytes(bytes: number): string {
	let value = bytes;
	let unit = 0;
	// What would be rounded to four digits is one of the next unit.
	while (value >= 999.5 && unit < units.length - 1) {
		value /= 1000;
		unit++;
	}
	const text = unit === 0 || value >= 99.5 ? Math.round(value) : Number(value.toPrecision(2));
	return `${text} ${units[unit]}`;
}
