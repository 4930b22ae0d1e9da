import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {pack as createPack, type Header} from 'tar-stream';
import {afterEach, describe, expect, it} from 'vitest';
import {checkArtifact, sealArtifact} from '../../../source/backup/artifact.ts';
import {packArtifact} from '../../../source/backup/store/pack-artifact.ts';
import {unpackArtifact} from '../../../source/backup/store/unpack-artifact.ts';

const folders: string[] = [];
const makeFolder = (): string => {
	const folder = mkdtempSync(join(tmpdir(), 'compartment-pack-'));
	folders.push(folder);
	return folder;
};
afterEach(() => {
	for (const folder of folders.splice(0)) rmSync(folder, {recursive: true, force: true});
});

async function collect(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
	const chunks: Uint8Array[] = [];
	for await (const chunk of content) chunks.push(chunk);
	return Buffer.concat(chunks);
}

async function* inPieces(bytes: Buffer, size = 1000): AsyncGenerator<Uint8Array> {
	for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

describe('a packed backup', () => {
	it('is unpacked with the same checksum: files, folders, links, empty ones and long names', async () => {
		const root = makeFolder();
		mkdirSync(join(root, 'deep/er'), {recursive: true});
		mkdirSync(join(root, 'empty'));
		writeFileSync(join(root, 'dump.sql'), Buffer.alloc(3_000_000, 'insert '));
		writeFileSync(join(root, 'nothing'), '');
		writeFileSync(join(root, `deep/er/${'ü'.repeat(100)} name`), 'text');
		symlinkSync('../dump.sql', join(root, 'deep/link'));
		symlinkSync('/etc/passwd', join(root, 'outside'));
		const sealed = await sealArtifact(root);
		const archive = await collect(packArtifact(root));
		expect(archive.length).toBeLessThan(100_000);
		const copy = makeFolder();
		await unpackArtifact(inPieces(archive), copy);
		await checkArtifact('rbak_1', copy, sealed);
		expect(readlinkSync(join(copy, 'outside'))).toBe('/etc/passwd');
		expect(statSync(join(copy, 'dump.sql')).mode & 0o777).toBe(0o600);
		expect(statSync(join(copy, 'empty')).mode & 0o777).toBe(0o700);
	});

	it('ends its reading when nobody wants the rest', async () => {
		const root = makeFolder();
		writeFileSync(join(root, 'dump.sql'), Buffer.from(Array.from({length: 2_000_000}, () => Math.random() * 256)));
		for await (const chunk of packArtifact(root)) {
			expect(chunk.length).toBeGreaterThan(0);
			break;
		}
	});

	it('fails with its files', async () => {
		await expect(collect(packArtifact(join(makeFolder(), 'gone')))).rejects.toMatchObject({code: 'ENOENT'});
	});

	it.each([0.3, 0.9, 0.999])('that is cut off at %s of its length fails', async part => {
		const root = makeFolder();
		writeFileSync(join(root, 'dump.sql'), Buffer.from(Array.from({length: 200_000}, () => Math.random() * 256)));
		const archive = await collect(packArtifact(root));
		await expect(unpackArtifact(inPieces(archive.subarray(0, archive.length * part)), makeFolder())).rejects.toThrow();
	});
});

describe('an archive from elsewhere', () => {
	const archiveOf = async (...entries: readonly (Partial<Header> & Pick<Header, 'name'>)[]): Promise<Buffer> => {
		const pack = createPack();
		for (const entry of entries) pack.entry(entry, entry.type ? '' : 'bad');
		pack.finalize();
		return gzipSync(await collect(pack as AsyncIterable<Buffer>));
	};

	it.each([
		[[{name: '../out'}]],
		[[{name: '/tmp/out'}]],
		[[{name: 'a/../../out'}]],
		[[{name: 'link', type: 'symlink', linkname: '..'} as const, {name: 'link/out'}]],
		[[{name: 'link', type: 'symlink', linkname: '/tmp/x'} as const, {name: 'link'}]],
		[[{name: 'device', type: 'fifo'} as const]],
	])('cannot write outside: %j', async entries => {
		const parent = makeFolder();
		const root = join(parent, 'root');
		mkdirSync(root);
		await expect(unpackArtifact(inPieces(await archiveOf(...entries)), root)).rejects.toThrow('the archive contains');
		expect(readdirSync(parent)).toEqual(['root']);
	});

	it('does not replace a file that it wrote', async () => {
		const root = makeFolder();
		await expect(unpackArtifact(inPieces(await archiveOf({name: 'a'}, {name: 'a'})), root)).rejects.toThrow('EEXIST');
		expect(readFileSync(join(root, 'a'), 'utf8')).toBe('bad');
	});
});
