import {randomBytes} from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

type Prefix = 'dpl' | 'run' | 'rbak' | 'job' | 'ntf';

const pattern = new RegExp(`^(dpl|run|rbak|job|ntf)_[${alphabet}]{15}$`);

/** Whether a value is an id of this kind, as made by `newId`. */
export const isId = (prefix: Prefix, text: unknown): text is string =>
	typeof text === 'string' && pattern.exec(text)?.[1] === prefix;

/** A new id that sorts by time, to the millisecond: the prefix, nine characters of time, six random ones. */
export function newId(prefix: Prefix, now = Date.now()): string {
	let time = '';
	for (let value = now, index = 0; index < 9; index++, value = Math.floor(value / 32))
		time = alphabet[value % 32] + time;
	const random = [...randomBytes(6)].map(byte => alphabet[byte % 32]).join('');
	return `${prefix}_${time}${random}`;
}
