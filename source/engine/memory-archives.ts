import type {Engine} from './engine.ts';
import {fail, type MemoryContainer, requireContainer, type World} from './memory-world.ts';

type Files = Map<string, string | Uint8Array>;

function filesOfVolume(world: World, volume: string): Files {
	const files = world.volumeFiles.get(volume) ?? new Map();
	world.volumeFiles.set(volume, files);
	return files;
}

/** The files that a path belongs to, and its name among them: those of a volume that is mounted there, or the container's own. */
function filesAt(world: World, {spec, files}: MemoryContainer, path: string) {
	for (const [volume, {path: at, isReadOnly = false}] of Object.entries(spec.volumes ?? {}))
		if (path === at || path.startsWith(`${at}/`))
			return {files: filesOfVolume(world, volume), name: path.slice(at.length), isReadOnly};
	return {files, name: path, isReadOnly: false};
}

/** Writes a file, as a program in the container would. */
export function putFile(world: World, container: MemoryContainer, path: string, content: string): void {
	const {files, name} = filesAt(world, container, path);
	files.set(name, content);
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
	const chunks: Uint8Array[] = [];
	for await (const piece of pieces) chunks.push(piece);
	return Buffer.concat(chunks);
}

/** Folders of containers as archives of files. */
export const createMemoryArchives = (world: World): Pick<Engine, 'readArchive' | 'writeArchive'> => ({
	async *readArchive(id, folder, signal) {
		signal?.throwIfAborted();
		const task = `read ${folder} of container ${id}`;
		const {files, name: below} = filesAt(world, requireContainer(world, id, task), folder);
		const {pack} = await import('tar-stream');
		const archive = pack();
		for (const [path, content] of files)
			if (path.startsWith(`${below}/`))
				archive.entry({name: `.${path.slice(below.length)}`}, Buffer.from(content as Uint8Array));
		archive.finalize();
		yield* archive as AsyncIterable<Uint8Array>;
	},

	async writeArchive(id, folder, archive, signal) {
		signal?.throwIfAborted();
		const task = `write ${folder} of container ${id}`;
		const {files, name: below, isReadOnly} = filesAt(world, requireContainer(world, id, task), folder);
		if (isReadOnly) fail(task, 'mounted volume is marked read-only', 403);
		const {extract} = await import('tar-stream');
		const entries = extract();
		entries.end(await collect(archive));
		for await (const entry of entries) {
			const content = await collect(entry as AsyncIterable<Buffer>);
			const {name, type} = entry.header;
			if (type === 'file') files.set(`${below}/${name.replace(/^\.\//, '')}`, content);
		}
	},
});
