import {Readable} from 'node:stream';
import {expect, test} from 'vitest';
import {boundedText} from '../source/bounded-text.ts';

const half = Buffer.alloc(512 * 1024, 'é');

test('reads an answer whose letters are split over chunks', async () => {
	const text = 'grüße, 世界';
	const bytes = [...Buffer.from(text)].map(byte => Buffer.from([byte]));
	expect(await boundedText(Readable.from(bytes), 1)).toBe(text);
});

test('takes exactly the limit, and stops reading beyond it', async () => {
	expect((await boundedText(Readable.from([half, half]), 1)).length).toBe(512 * 1024);
	let read = 0;
	async function* endless() {
		for (;;) {
			read++;
			yield half;
		}
	}
	await expect(boundedText(endless(), 1)).rejects.toThrow('its answer is larger than 1 MB');
	expect(read).toBe(3);
});
