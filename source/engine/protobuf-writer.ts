/** A field to write: a number, text or bytes. Zero and empty values are left out, as readers assume them. */
export type FieldValue = number | bigint | string | Buffer;

function varint(value: bigint): Buffer {
	const bytes: number[] = [];
	let rest = BigInt.asUintN(64, value);
	do {
		const low = Number(rest & 0x7fn);
		rest >>= 7n;
		bytes.push(rest > 0n ? low | 0x80 : low);
	} while (rest > 0n);
	return Buffer.from(bytes);
}

/** Writes a message of protocol buffers: field number → value. The counterpart of `readFields`. */
export function writeMessage(fields: Readonly<Record<number, FieldValue | undefined>>): Buffer {
	const parts: Buffer[] = [];
	for (const [number, value] of Object.entries(fields)) {
		if (value === undefined || value === '' || value === 0 || value === 0n) continue;
		const key = BigInt(number) << 3n;
		if (typeof value === 'number' || typeof value === 'bigint') {
			parts.push(varint(key), varint(BigInt(value)));
			continue;
		}
		const bytes = typeof value === 'string' ? Buffer.from(value) : value;
		parts.push(varint(key | 2n), varint(BigInt(bytes.length)), bytes);
	}
	return Buffer.concat(parts);
}
