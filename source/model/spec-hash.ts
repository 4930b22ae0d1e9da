import {createHash} from 'node:crypto';

// Sorted keys, so that the order in a file does not matter; undefined fields do not exist.
const canonical = (value: unknown): unknown => {
	if (Array.isArray(value)) return value.map(canonical);
	if (value === null || typeof value !== 'object') return value;
	const entries = Object.entries(value).filter(([, field]) => field !== undefined);
	return Object.fromEntries(
		entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, field]) => [key, canonical(field)]),
	);
};

/** Hash of a specification for its label. Secrets are in it by revision only, so it tells nothing about them. */
export const specHash = (spec: object): string =>
	createHash('sha256')
		.update(JSON.stringify(canonical(spec)))
		.digest('hex')
		.slice(0, 16);
