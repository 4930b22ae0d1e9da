import type {LogStream} from './engine.ts';

/** One write of a process in the engine's multiplexed stream. */
export type Frame = {readonly stream: LogStream; readonly data: Buffer};

const headerLength = 8;

/**
 * Splits a multiplexed stream into frames. A frame has a header of eight bytes: the stream (2 is stderr), three zero
 * bytes, and the length as a big-endian number. Each call takes the next chunk and returns the frames it completes.
 */
export function createFrameReader(): (chunk: Buffer) => Frame[] {
	let pending: Buffer[] = [];
	let length = 0;
	let wanted = headerLength;

	return chunk => {
		pending.push(chunk);
		length += chunk.length;
		if (length < wanted) return [];
		const data = pending.length === 1 ? chunk : Buffer.concat(pending);
		const frames: Frame[] = [];
		let at = 0;
		wanted = headerLength;
		while (data.length - at >= headerLength) {
			const end = at + headerLength + data.readUInt32BE(at + 4);
			if (end > data.length) {
				wanted = end - at;
				break;
			}
			frames.push({stream: data[at] === 2 ? 'stderr' : 'stdout', data: data.subarray(at + headerLength, end)});
			at = end;
		}
		pending = at < data.length ? [data.subarray(at)] : [];
		length = data.length - at;
		return frames;
	};
}
