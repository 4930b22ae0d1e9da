import type {ContainerFile} from './engine.ts';

/** Packs a tar archive to unpack at the root of a container. The engine creates missing directories. */
export async function packFiles(files: readonly ContainerFile[]): Promise<Buffer> {
	const {pack} = await import('tar-stream');
	const archive = pack();
	for (const {path, content, target, mode = 0o644, uid = 0, gid = 0} of files) {
		const entry = {name: path.replace(/^\/+/, ''), mode, uid, gid};
		if (target === undefined)
			archive.entry(entry, typeof content === 'string' ? Buffer.from(content) : Buffer.from(content));
		else archive.entry({...entry, type: 'symlink', linkname: target});
	}
	archive.finalize();
	const chunks: Buffer[] = [];
	for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
	return Buffer.concat(chunks);
}
