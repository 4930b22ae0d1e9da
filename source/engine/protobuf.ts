/**
 * A minimal reader of protocol buffers (protobuf.dev/programming-guides/encoding), enough for BuildKit's progress. It
 * yields the fields of a message in order; the caller knows their meaning.
 */
export type Field =
	| {readonly number: number; readonly type: 'varint'; readonly value: number}
	| {readonly number: number; readonly type: 'bytes'; readonly value: Buffer};

/** Yields the fields of a message and skips fixed-width ones. A truncated message is a RangeError. */
export function* readFields(message: Buffer): Generator<Field, void> {
	let at = 0;

	const varint = (): number => {
		let value = 0n;
		for (let shift = 0n; shift < 70n; shift += 7n) {
			const byte = message[at++];
			if (byte === undefined) break;
			value |= BigInt(byte & 0x7f) << shift;
			if (byte < 0x80) return Number(BigInt.asIntN(64, value));
		}
		throw new RangeError('the protocol buffer ends inside a number');
	};

	const skipTo = (end: number): Buffer => {
		if (end < at || end > message.length) throw new RangeError('the protocol buffer ends inside a field');
		const bytes = message.subarray(at, end);
		at = end;
		return bytes;
	};

	while (at < message.length) {
		const key = varint();
		const number = Math.floor(key / 8);
		switch (key % 8) {
			case 0:
				yield {number, type: 'varint', value: varint()};
				break;
			case 1:
				skipTo(at + 8);
				break;
			case 2: {
				const length = varint();
				yield {number, type: 'bytes', value: skipTo(at + length)};
				break;
			}
			case 5:
				skipTo(at + 4);
				break;
			default:
				throw new RangeError(`the protocol buffer has a field of unknown type ${key % 8}`);
		}
	}
}
