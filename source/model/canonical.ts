import {createHash} from 'node:crypto';

/**
 * JSON with sorted keys: equal data gives equal text. Undefined properties are omitted, as in JSON.
 * @param indent tab or spaces for files that people read; compact by default
 */
export const canonicalJson = (value: unknown, indent?: string): string => JSON.stringify(sorted(value), null, indent);

/** SHA-256 of a text, as 64 hex digits. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** SHA-256 (hex) of the canonical JSON: equal data gives equal hashes. */
export const checksumOf = (value: unknown): string => sha256(canonicalJson(value));

function sorted(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(sorted);
	if (typeof value !== 'object' || value === null) return value;
	// Without a prototype, a key named __proto__ is a key like any other.
	const result: Record<string, unknown> = Object.create(null);
	const record = value as Record<string, unknown>;
	for (const key of Object.keys(record).sort()) result[key] = sorted(record[key]);
	return result;
}
