import {link, mkdir, open, symlink} from 'node:fs/promises';
import {dirname, join, normalize} from 'node:path';
import {extract as createExtract, type Extract, type Header} from 'tar-stream';
import {UserError} from '../errors.ts';
import {privateDirectoryMode, privateFileMode} from '../state/private-file.ts';

const isInside = (path: string): boolean =>
	path !== '' && !path.startsWith('/') && !path.includes('\0') && !path.split('/').includes('..');

/** Refuses what Compartment would not have packed: nothing may be written outside of the folder, not even through a link. */
export function checkPath(path: string, links: ReadonlySet<string>): void {
	const places = path.split('/').map((_, index, names) => names.slice(0, index + 1).join('/'));
	if (isInside(path) && !places.some(place => links.has(place))) return;
	throw new UserError(`the archive contains ${JSON.stringify(path.slice(0, 200))}, which leads out of the backup`);
}

const pieceBytes = 1024 * 1024;

/** The same content in larger pieces: each write takes a turn of a thread, which is slower than the disk. */
export async function* inPieces(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
	let chunks: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of content) {
		chunks.push(chunk);
		bytes += chunk.length;
		if (bytes < pieceBytes) continue;
		yield Buffer.concat(chunks);
		chunks = [];
		bytes = 0;
	}
	if (bytes > 0) yield Buffer.concat(chunks);
}

type Source = {readonly header: Header} & AsyncIterable<Uint8Array>;

async function writeEntry(root: string, entry: Source, links: Set<string>): Promise<void> {
	const {name, type, linkname} = entry.header;
	const path = normalize(name).replace(/\/$/, '');
	checkPath(path, links);
	const target = join(root, path);
	await mkdir(type === 'directory' ? target : dirname(target), {recursive: true, mode: privateDirectoryMode});
	if (type === 'symlink') {
		await symlink(linkname, target);
		links.add(path);
	} else if (type === 'link') {
		// A second name of a file that came before.
		const first = normalize(linkname);
		checkPath(first, links);
		await link(join(root, first), target);
	} else if (type === 'file') {
		const file = await open(target, 'wx', privateFileMode);
		try {
			for await (const piece of inPieces(entry)) await file.writeFile(piece);
		} finally {
			await file.close();
		}
		return;
	} else if (type !== 'directory') {
		throw new UserError(`the archive contains ${path}, which is not a file, a folder or a link`);
	}
	// An entry goes on when the one before was read.
	for await (const _ of entry);
}

async function feed(content: AsyncIterable<Uint8Array>, extract: Extract): Promise<void> {
	const closed = new Promise<void>(close => extract.once('close', () => close()));
	for await (const chunk of content) {
		if (!extract.write(chunk))
			await Promise.race([new Promise<void>(drain => extract.once('drain', () => drain())), closed]);
		if (extract.destroyed) return;
	}
	extract.end(undefined);
}

/**
 * Writes a tar archive into an empty folder, piece by piece, with nothing outside of it.
 * @throws UserError when it holds what a backup cannot hold; otherwise the first error of what was read or written
 */
export async function unpackFolder(content: AsyncIterable<Uint8Array>, root: string): Promise<void> {
	const extract = createExtract();
	let failure: {readonly error: unknown} | undefined;
	// The first one counts: it makes the other stream fail too.
	const note = (error: unknown): void => {
		failure ??= {error};
	};
	const feeding = feed(content, extract).catch((error: unknown) => {
		note(error);
		extract.destroy(error as Error);
	});
	const links = new Set<string>();
	try {
		for await (const entry of extract) await writeEntry(root, entry as unknown as Source, links);
	} catch (error) {
		note(error);
	} finally {
		extract.destroy();
		await feeding;
	}
	if (failure) throw failure.error;
}
