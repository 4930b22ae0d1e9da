import {createHash} from 'node:crypto';
import {Readable} from 'node:stream';
import {pack as createPack, type Header, type Pack} from 'tar-stream';
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

/** The content of a file of any size, like `readVerified`. A small one is read at once, which wakes no thread. */
export async function* readContent(file: HashedFile): AsyncGenerator<Buffer> {
	if (file.size <= smallFileBytes) yield readSmall(file);
	else yield* readVerified(file);
}

type EntryHeader = Partial<Header> & Pick<Header, 'name'>;

/** Leaves out times and owners, so that the same context gives the same bytes. */
const headerOf = (entry: HashedEntry, folder: string): EntryHeader => ({
	name: `${folder}${entry.path}`,
	type: entry.type === 'link' ? 'symlink' : entry.type,
	mode: entry.mode,
	size: entry.type === 'file' ? entry.size : 0,
	...(entry.type === 'link' && {linkname: entry.target}),
	mtime: new Date(0),
	uid: 0,
	gid: 0,
});

/** Adds an entry whose content is in memory, or that has none. */
const addWhole = (pack: Pack, header: EntryHeader, content?: Buffer): Promise<void> =>
	new Promise((resolve, reject) => {
		const settle = (error?: Error | null) => (error ? reject(error) : resolve());
		if (content) pack.entry(header, content, settle);
		else pack.entry(header, settle);
	});

/** Adds a large file, no faster than it is read. */
async function addLarge(pack: Pack, file: HashedFile, folder: string): Promise<void> {
	const {promise, resolve, reject} = Promise.withResolvers<void>();
	const sink = pack.entry(headerOf(file, folder), error => (error ? reject(error) : resolve()));
	sink.on('error', reject);
	// A failed read leaves this function before it waits for the promise.
	promise.catch(() => undefined);
	const closed = new Promise<void>(close => sink.once('close', () => close()));
	for await (const piece of readVerified(file)) {
		if (!sink.write(piece)) await Promise.race([new Promise<void>(drain => sink.once('drain', () => drain())), closed]);
		if (sink.destroyed) throw new Error('The archive was closed before its end.');
	}
	sink.end(undefined);
	await promise;
}

/** Files generated for a build, at the root of the archive; the source is then in `sourceFolder` beside them. */
export type WrittenFiles = Readonly<Record<string, string>>;

async function addWritten(pack: Pack, written: WrittenFiles): Promise<void> {
	const plain = {mtime: new Date(0), uid: 0, gid: 0};
	for (const [name, text] of Object.entries(written)) {
		const content = Buffer.from(text);
		await addWhole(pack, {...plain, name, mode: 0o644, size: content.length}, content);
	}
	await addWhole(pack, headerOf({type: 'directory', path: sourceFolder, mode: 0o755}, ''));
}

async function fill(pack: Pack, entries: readonly HashedEntry[], written: WrittenFiles | undefined): Promise<void> {
	if (written) await addWritten(pack, written);
	const folder = written ? `${sourceFolder}/` : '';
	for (const entry of entries) {
		if (entry.type === 'file' && entry.size > smallFileBytes) await addLarge(pack, entry, folder);
		// Read at once: opening and reading in steps wakes a thread for each.
		else await addWhole(pack, headerOf(entry, folder), entry.type === 'file' ? readSmall(entry) : undefined);
	}
	pack.finalize();
}

/** The archive in larger pieces, because each costs a write to the engine. */
async function* inPieces(entries: readonly HashedEntry[], written: WrittenFiles | undefined): AsyncGenerator<Buffer> {
	const pack = createPack();
	fill(pack, entries, written).catch(error => pack.destroy(error));
	let waiting: Buffer[] = [];
	let bytes = 0;
	for await (const block of pack as AsyncIterable<Buffer>) {
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
	Readable.from(inPieces(context.entries, written), {objectMode: false});
