import {createHash} from 'node:crypto';
import {Readable} from 'node:stream';
import {pack as createPack, type Header, type Pack} from 'tar-stream';
import type {HashedContext, HashedEntry, HashedFile} from './content-hash.ts';
import {changedError, openSourceFile} from './open-file.ts';
import {sourceFolder} from './recipes/dockerfile-lines.ts';

const pieceBytes = 128 * 1024;

/** Leaves out times and owners, so that the same context gives the same bytes. */
const headerOf = (entry: HashedEntry, folder: string): Partial<Header> & Pick<Header, 'name'> => ({
	name: `${folder}${entry.path}`,
	type: entry.type === 'link' ? 'symlink' : entry.type,
	mode: entry.mode,
	size: entry.type === 'file' ? entry.size : 0,
	...(entry.type === 'link' && {linkname: entry.target}),
	mtime: new Date(0),
	uid: 0,
	gid: 0,
});

/** Copies a file piece by piece. Before it writes the last piece, it verifies that the content matches the hash. */
export async function copyFile(file: HashedFile, write: (piece: Buffer) => Promise<void>): Promise<void> {
	const activity = 'packed';
	const {size} = file;
	const handle = await openSourceFile({source: file.source, name: file.path, activity, identity: file.identity});
	try {
		const hash = createHash('sha256');
		let left = size;
		while (left > 0) {
			// The archive's reader keeps a piece until it is consumed, so each needs its own buffer.
			const piece = Buffer.allocUnsafe(Math.min(left, pieceBytes));
			const {bytesRead} = await handle.read(piece, 0, piece.length, null);
			if (bytesRead === 0) throw changedError(file.path, activity);
			hash.update(piece.subarray(0, bytesRead));
			left -= bytesRead;
			// The last piece is written only after the whole content has been verified.
			if (left === 0 && hash.digest('hex') !== file.hash) throw changedError(file.path, activity);
			await write(piece.subarray(0, bytesRead));
		}
	} finally {
		await handle.close();
	}
}

function addEntry(pack: Pack, entry: HashedEntry, folder: string): Promise<void> {
	return new Promise((resolve, reject) => {
		const sink = pack.entry(headerOf(entry, folder), error => (error ? reject(error) : resolve()));
		sink.on('error', reject);
		if (entry.type !== 'file') return;
		const closed = new Promise<void>(resolve => sink.once('close', () => resolve()));
		const write = async (piece: Buffer) => {
			if (!sink.write(piece))
				await Promise.race([new Promise<void>(resolve => sink.once('drain', () => resolve())), closed]);
			if (sink.destroyed) throw new Error('The archive was closed before its end.');
		};
		copyFile(entry, write).then(
			() => sink.end(undefined),
			error => pack.destroy(error),
		);
	});
}

/** Files generated for a build, at the root of the archive; the source is then in `sourceFolder` beside them. */
export type WrittenFiles = Readonly<Record<string, string>>;

function addText(pack: Pack, name: string, text: string): Promise<void> {
	return new Promise((resolve, reject) => {
		const header = {name, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0};
		pack.entry(header, text, error => (error ? reject(error) : resolve()));
	});
}

async function fill(pack: Pack, entries: readonly HashedEntry[], written: WrittenFiles | undefined): Promise<void> {
	for (const [name, text] of Object.entries(written ?? {})) await addText(pack, name, text);
	const folder = written ? `${sourceFolder}/` : '';
	if (written) await addEntry(pack, {type: 'directory', path: sourceFolder, mode: 0o755}, '');
	for (const entry of entries) await addEntry(pack, entry, folder);
	pack.finalize();
}

/**
 * Streams a tar archive of a context in constant memory. The same context gives the same bytes. If a file no longer
 * matches its hash, the stream fails with a UserError before its end.
 */
export function packContext(context: Pick<HashedContext, 'entries'>, written?: WrittenFiles): Readable {
	const pack = createPack();
	fill(pack, context.entries, written).catch(error => pack.destroy(error));
	return Readable.from(pack, {objectMode: false});
}
