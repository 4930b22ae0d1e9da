import {open, readlink} from 'node:fs/promises';
import {join} from 'node:path';
import {pack as createPack, type Header, type Pack} from 'tar-stream';
import {privateDirectoryMode, privateFileMode} from '../state/private-file.ts';
import {type Found, listArtifact} from './artifact.ts';

const pieceBytes = 256 * 1024;

type EntryHeader = Partial<Header> & Pick<Header, 'name'>;

const settle = (resolve: () => void, reject: (error: Error) => void) => (error?: Error | null) =>
	error ? reject(error) : resolve();

const addEmpty = (pack: Pack, header: EntryHeader): Promise<void> =>
	new Promise((resolve, reject) => void pack.entry(header, Buffer.alloc(0), settle(resolve, reject)));

/** Adds a file, no faster than the archive is read. */
async function addFile(pack: Pack, header: EntryHeader, source: string): Promise<void> {
	const {promise, resolve, reject} = Promise.withResolvers<void>();
	const sink = pack.entry(header, settle(resolve, reject));
	sink.on('error', reject);
	// A failed read leaves this function before it waits for the promise.
	promise.catch(() => undefined);
	const closed = new Promise<void>(close => sink.once('close', () => close()));
	const file = await open(source, 'r');
	try {
		for await (const piece of file.createReadStream({autoClose: false, highWaterMark: pieceBytes})) {
			if (!sink.write(piece))
				await Promise.race([new Promise<void>(drain => sink.once('drain', () => drain())), closed]);
			if (sink.destroyed) throw new Error('the archive was closed before its end');
		}
	} finally {
		await file.close();
	}
	sink.end(undefined);
	await promise;
}

async function add(pack: Pack, root: string, {path, kind, size}: Found): Promise<void> {
	const plain = {name: path, mode: privateFileMode, mtime: new Date(0), uid: 0, gid: 0};
	const source = join(root, path);
	switch (kind) {
		case 'folder':
			return addEmpty(pack, {...plain, type: 'directory', mode: privateDirectoryMode});
		case 'link':
			return addEmpty(pack, {...plain, type: 'symlink', linkname: await readlink(source)});
		case 'file':
			return size === 0 ? addEmpty(pack, {...plain, type: 'file', size}) : addFile(pack, {...plain, size}, source);
	}
}

async function fill(pack: Pack, root: string): Promise<void> {
	for (const found of await listArtifact(root)) await add(pack, root, found);
	pack.finalize();
}

/** A backup's folder as a tar archive, piece by piece. All of it belongs to root, and is closed to others. */
export async function* packFolder(root: string): AsyncGenerator<Uint8Array> {
	const pack = createPack();
	const filling = fill(pack, root).catch((error: unknown) => pack.destroy(error as Error));
	try {
		for await (const chunk of pack as AsyncIterable<Buffer>) yield chunk;
	} finally {
		pack.destroy();
		await filling;
	}
}
