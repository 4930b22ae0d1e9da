const units: Readonly<Record<string, number>> = {'': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3};

/** `512m`, `1.5g`, `64mb`: a number and a unit of 1024 steps, as Docker writes sizes. */
export const memoryPattern = /^[0-9]+(\.[0-9]+)?([bB]|[kKmMgG][bB]?)$/;

/** The engine refuses a container with less. */
export const minimumMemory = 6 * 1024 ** 2;

/** Bytes that a size means; a bare number is bytes already. Not a number when the text is no size. */
export const bytesOf = (size: string | number): number => {
	if (typeof size === 'number') return size;
	if (!memoryPattern.test(size)) return Number.NaN;
	const unit = size.replace(/[0-9.]/g, '').toLowerCase()[0] ?? '';
	return Math.round(Number.parseFloat(size) * units[unit]!);
};
