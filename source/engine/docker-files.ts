import type {ContainerFile} from './engine.ts';

/** A tar archive, to be unpacked at the root of a container. Missing directories are made by the engine. */
export async function packFiles(files: readonly ContainerFile[]): Promise<Buffer> {
	const {pack} = await import('tar-stream');
	const archive = pack();
	for (const {path, content, mode = 0o644, uid = 0, gid = 0} of files) {
		const data = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content);
		archive.entry({name: path.replace(/^\/+/, ''), mode, uid, gid}, data);
	}
	archive.finalize();
	const chunks: Buffer[] = [];
	for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
	return Buffer.concat(chunks);
}
