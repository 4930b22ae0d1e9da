import {createHash} from 'node:crypto';
import {Readable} from 'node:stream';
import {tarEnd, tarHeader, tarPadding} from '../engine/tar.ts';
import type {HashedContext, HashedEntry, HashedFile} from './content-hash.ts';
import {sourceFolder} from './dockerfile-place.ts';
import {changedError, openSourceFile, readSourceFile, smallFileBytes} from './open-file.ts';

const pieceBytes = 128 * 1024;
const activity = 'packed';

/** The content of a small file. @throws UserError if it no longer matches its hash */
function readSmall({source, path, identity, hash}: HashedFile): Buffer {
	const content = readSourceFile({source, name: path, activity, identity});
	if (createHash('sha256').update(content).digest('hex') !== hash) throw changedError(path, activity);
	return content;
}

/**
 * The content of a file, piece by piece; each has its own buffer. Before it yields the last piece, it verifies that the
 * content matches the hash.
 */
export async function* readVerified(file: HashedFile): AsyncGenerator<Buffer> {
	const {size} = file;
	const handle = await openSourceFile({source: file.source, name: file.path, activity, identity: file.identity});
	try {
		const hash = createHash('sha256');
		for (let left = size; left > 0; ) {
			const piece = Buffer.allocUnsafe(Math.min(left, pieceBytes));
			const {bytesRead} = await handle.read(piece, 0, piece.length, null);
			if (bytesRead === 0) throw changedError(file.path, activity);
			hash.update(piece.subarray(0, bytesRead));
			left -= bytesRead;
			// The last piece is passed on only after the whole content has been verified.
			if (left === 0 && hash.digest('hex') !== file.hash) throw changedError(file.path, activity);
			yield piece.subarray(0, bytesRead);
		}
	} finally {
		await handle.close();
	}
}

/** The header of an entry, without times and owners, so that the same context gives the same bytes. */
function headerOf(entry: HashedEntry, folder: string): Buffer {
	const {type, path, mode} = entry;
	const name = `${folder}${path}`;
	if (entry.type === 'file') return tarHeader({name, type, mode, size: entry.size});
	return tarHeader({name, type, mode, ...(entry.type === 'link' && {target: entry.target})});
}

/** Files generated for a build, at the root of the archive; the source is then in `sourceFolder` beside them. */
export type WrittenFiles = Readonly<Record<string, string>>;

function* writtenBlocks(written: WrittenFiles): Generator<Buffer> {
	for (const [name, text] of Object.entries(written)) {
		const content = Buffer.from(text);
		yield tarHeader({name, type: 'file', mode: 0o644, size: content.length});
		yield content;
		yield tarPadding(content.length);
	}
	yield tarHeader({name: sourceFolder, type: 'directory', mode: 0o755});
}

async function* blocks(entries: readonly HashedEntry[], written: WrittenFiles | undefined): AsyncGenerator<Buffer> {
	if (written) yield* writtenBlocks(written);
	const folder = written ? `${sourceFolder}/` : '';
	for (const entry of entries) {
		const header = headerOf(entry, folder);
		if (entry.type !== 'file') {
			yield header;
			continue;
		}
		// Read at once, and before the header goes out: opening and reading in steps wakes a thread for each.
		if (entry.size <= smallFileBytes) {
			const content = readSmall(entry);
			yield header;
			yield content;
		} else {
			yield header;
			yield* readVerified(entry);
		}
		yield tarPadding(entry.size);
	}
	yield tarEnd();
}

/** Joins blocks, because each piece costs a write to the engine. */
async function* inPieces(found: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
	let waiting: Buffer[] = [];
	let bytes = 0;
	for await (const block of found) {
		waiting.push(block);
		bytes += block.length;
		if (bytes < pieceBytes) continue;
		yield Buffer.concat(waiting);
		waiting = [];
		bytes = 0;
	}
	if (bytes > 0) yield Buffer.concat(waiting);
}

/**
 * Streams a tar archive of a context in constant memory. The same context gives the same bytes. If a file no longer
 * matches its hash, the stream fails with a UserError before its end.
 */
export const packContext = (context: Pick<HashedContext, 'entries'>, written?: WrittenFiles): Readable =>
	Readable.from(inPieces(blocks(context.entries, written)), {objectMode: false});
