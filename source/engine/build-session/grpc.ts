/** Frames a message for gRPC: a flag, the length, the message. It is not compressed. */
export function frameOf(message: Buffer): Buffer {
	const head = Buffer.alloc(5);
	head.writeUInt32BE(message.length, 1);
	return Buffer.concat([head, message]);
}

/** Puts the messages of a gRPC stream together again. */
export function createFrameReader(): (chunk: Buffer) => Buffer[] {
	let waiting: Buffer = Buffer.alloc(0);
	return chunk => {
		waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
		const messages: Buffer[] = [];
		while (waiting.length >= 5) {
			const end = 5 + waiting.readUInt32BE(1);
			if (waiting.length < end) break;
			messages.push(waiting.subarray(5, end));
			waiting = waiting.subarray(end);
		}
		return messages;
	};
}
