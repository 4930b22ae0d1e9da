const units: Readonly<Record<string, number>> = {'': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3};

/** `512m`, `1.5g`, `64mb`: a size as in Docker, in units of 1024. */
export const memoryPattern = /^[0-9]+(\.[0-9]+)?([bB]|[kKmMgG][bB]?)$/;

/** The engine refuses containers with less. */
export const minimumMemory = 6 * 1024 ** 2;

/** A size in bytes. A number is in bytes already; NaN for a text that is not a size. */
export const bytesOf = (size: string | number): number => {
	if (typeof size === 'number') return size;
	if (!memoryPattern.test(size)) return Number.NaN;
	const unit = size.replace(/[0-9.]/g, '').toLowerCase()[0] ?? '';
	return Math.round(Number.parseFloat(size) * units[unit]!);
};
