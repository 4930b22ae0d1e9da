import {randomBytes} from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** An id that sorts by time, to the millisecond: prefix, nine characters of time, six of chance. */
export function newId(prefix: 'dpl' | 'run' | 'rbak' | 'job', now = Date.now()): string {
	let time = '';
	for (let value = now, index = 0; index < 9; index++, value = Math.floor(value / 32))
		time = alphabet[value % 32] + time;
	const chance = [...randomBytes(6)].map(byte => alphabet[byte % 32]).join('');
	return `${prefix}_${time}${chance}`;
}
