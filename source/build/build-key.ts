import {createHash} from 'node:crypto';
import type {BuildInputs} from './manifest.ts';

/** Raised when the same inputs would build a different image. */
const format = 1;

export const hashText = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

const sorted = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
	Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

/** The content address of a build, 32 hex digits: a hash of the source (its root hash) and the inputs. Usable as a tag. */
export function buildKey(source: string, {builder, dockerfile, target, args, bases, detected}: BuildInputs): string {
	const written = detected ? [detected.text] : [];
	return hashText(
		JSON.stringify([format, source, builder, dockerfile, target, sorted(args), sorted(bases), ...written]),
	);
}
