import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {createGzip} from 'node:zlib';
import {packFolder} from '../pack-folder.ts';

/** What compressing and sealing may add: headers, and content that cannot be compressed. */
export const packedAtMost = (size: number): number => Math.ceil(size * 1.02) + 64 * 1024 * 1024;

/** A backup's folder as a compressed archive, piece by piece. */
export async function* packArtifact(root: string): AsyncGenerator<Uint8Array> {
	const compressed = createGzip();
	const plain = Readable.from(packFolder(root), {objectMode: false});
	// Whoever reads the last stream sees the failure of another one.
	const flowing = pipeline(plain, compressed).catch(() => undefined);
	try {
		for await (const chunk of compressed) yield chunk as Buffer;
	} finally {
		plain.destroy();
		compressed.destroy();
		await flowing;
	}
}
