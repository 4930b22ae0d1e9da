import {createHash, type Hash} from 'node:crypto';
import {normalize} from 'node:path';
import {extract as createExtract, type Extract, type Header} from 'tar-stream';
import {UserError} from '../../errors.ts';
import {checkPath} from '../unpack-folder.ts';

/** Two empty blocks end an archive. */
const endBytes = 1024;

const kinds: readonly unknown[] = ['file', 'link', 'symlink', 'directory', 'fifo'];

/** A folder with volumes, each by its handle. */
type Expected = {readonly root: string; readonly handles: readonly string[]};

/** What tar-stream knows only from the extended header: of users whose number is large. */
type Extended = Header & {readonly pax?: Readonly<Record<string, string>> | null};

const ownerOf = ({uid, gid, pax}: Extended): readonly number[] => [
	Number(pax?.['uid'] ?? uid),
	Number(pax?.['gid'] ?? gid),
];

function checkEntry(header: Header, {root, handles}: Expected, links: Set<string>): string {
	const path = normalize(header.name).replace(/\/$/, '');
	checkPath(path, links);
	const [first, handle = '', ...rest] = path.split('/');
	const shown = JSON.stringify(path.slice(0, 200));
	const isFolder = header.type === 'directory';
	if (first === root && handle === '' && isFolder) return path;
	if (first !== root || !handles.includes(handle) || (rest.length === 0 && !isFolder))
		throw new UserError(`the archive contains ${shown}, which belongs to none of its volumes`);
	if (!kinds.includes(header.type))
		throw new UserError(`the archive contains ${shown}, which is not a file, a folder or a link`);
	// The second name of a file must not lead to one outside.
	if (header.type === 'link') checkPath(normalize(header.linkname ?? ''), links);
	if (header.type === 'symlink') links.add(path);
	return path;
}

async function readEntries(extract: Extract, expected: Expected, hash: Hash): Promise<void> {
	const links = new Set<string>();
	for await (const entry of extract) {
		const header = entry.header as Extended;
		const path = checkEntry(header, expected, links);
		const {type, mode, linkname, size} = header;
		if (path !== expected.root) hash.update(`${JSON.stringify([path, type, mode, ownerOf(header), linkname, size])}\n`);
		for await (const piece of entry as AsyncIterable<Uint8Array>) hash.update(piece);
	}
}

/** The last bytes of what has passed. */
const lastOf = (before: Buffer, chunk: Uint8Array): Buffer =>
	chunk.length >= endBytes
		? Buffer.from(chunk.subarray(-endBytes))
		: Buffer.concat([before, chunk]).subarray(-endBytes);

/**
 * Passes an archive of volumes on as it is, and checks it meanwhile: that it is complete, because the engine ends one without an
 * error where it could not read on, and that nothing in it leads out of the volumes.
 * @param onDigest gets the hash of all paths, owners, modes, links and contents, once all of it has passed
 * @throws UserError that says what is wrong with it
 */
export async function* checkedArchive(
	content: AsyncIterable<Uint8Array>,
	expected: Expected,
	onDigest: (digest: string) => void = () => undefined,
): AsyncGenerator<Uint8Array> {
	const extract = createExtract();
	const hash = createHash('sha256');
	let failure: {readonly error: unknown} | undefined;
	const reading = readEntries(extract, expected, hash).catch((error: unknown) => {
		failure = {error};
		extract.destroy();
	});
	const closed = new Promise<void>(close => extract.once('close', () => close()));
	let last: Buffer = Buffer.alloc(0);
	try {
		for await (const chunk of content) {
			last = lastOf(last, chunk);
			if (!extract.write(chunk))
				await Promise.race([new Promise<void>(drain => extract.once('drain', () => drain())), closed]);
			if (extract.destroyed) break;
			yield chunk;
		}
		extract.end(undefined);
		await reading;
	} finally {
		extract.destroy();
	}
	if (failure) throw failure.error;
	if (last.length < endBytes || last.some(byte => byte !== 0))
		throw new UserError('the archive has no end: a file may have changed while it was read');
	onDigest(hash.digest('hex'));
}
