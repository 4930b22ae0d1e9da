import {createHash} from 'node:crypto';
import type {BuildInputs} from './manifest.ts';

/** Grows when the same inputs would make another image. */
const format = 1;

export const hashText = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

const sorted = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
	Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

/** Content address of a build, 32 hex digits: the same for the same source (its root hash) and inputs, usable as a tag. */
export function buildKey(source: string, {builder, dockerfile, target, args, bases, detected}: BuildInputs): string {
	const written = detected ? [detected.text] : [];
	return hashText(
		JSON.stringify([format, source, builder, dockerfile, target, sorted(args), sorted(bases), ...written]),
	);
}
