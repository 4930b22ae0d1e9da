import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {createGunzip} from 'node:zlib';
import {unpackFolder} from '../unpack-folder.ts';

/**
 * Writes what `packArtifact` packed into an empty folder, piece by piece.
 * @throws UserError when the archive is not one of Compartment's; otherwise the error of what was read or written
 */
export async function unpackArtifact(content: AsyncIterable<Uint8Array>, root: string): Promise<void> {
	const plain = createGunzip();
	const flowing = pipeline(Readable.from(content, {objectMode: false}), plain).catch(() => undefined);
	try {
		await unpackFolder(plain, root);
	} finally {
		plain.destroy();
		await flowing;
	}
}
