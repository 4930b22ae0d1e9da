import {expect, it} from 'vitest';
import {formatBytes} from '../../source/output/bytes.ts';

it.each([
	[0, '0 B'],
	[999, '999 B'],
	[1000, '1 kB'],
	[1540, '1.5 kB'],
	[12_340, '12 kB'],
	[999_400, '999 kB'],
	[999_600, '1 MB'],
	[5_250_000_000, '5.3 GB'],
	[7e15, '7000 TB'],
])('%i bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
