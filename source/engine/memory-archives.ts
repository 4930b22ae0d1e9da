import {posix} from 'node:path';
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

/** All files below a folder, with those of volumes that are mounted there, each by its path in the folder. */
function filesBelow(world: World, container: MemoryContainer, folder: string): [string, string | Uint8Array][] {
	const {files, name: below} = filesAt(world, container, folder);
	const own = [...files].filter(([path]) => path.startsWith(`${below}/`));
	const mounted = Object.entries(container.spec.volumes ?? {}).filter(([, {path}]) => path.startsWith(`${folder}/`));
	return [
		...own.map(([path, content]): [string, string | Uint8Array] => [path.slice(below.length), content]),
		...mounted.flatMap(([volume, {path: at}]) =>
			[...filesOfVolume(world, volume)].map(([path, content]): [string, string | Uint8Array] => [
				at.slice(folder.length) + path,
				content,
			]),
		),
	];
}

/** Removes the files of the volumes below a folder, as a program in the container would. */
export function emptyVolumes(world: World, {spec}: MemoryContainer, folder: string): void {
	for (const [volume, {path}] of Object.entries(spec.volumes ?? {}))
		if (path.startsWith(`${folder}/`)) filesOfVolume(world, volume).clear();
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
	async *readArchive(id, folder, signal, {hasName = false} = {}) {
		signal?.throwIfAborted();
		const task = `read ${folder} of container ${id}`;
		const files = filesBelow(world, requireContainer(world, id, task), folder);
		const {pack} = await import('tar-stream');
		const archive = pack();
		const head = hasName ? posix.basename(folder) : '.';
		for (const [path, content] of files) archive.entry({name: `${head}${path}`}, Buffer.from(content as Uint8Array));
		archive.finalize();
		yield* archive as AsyncIterable<Uint8Array>;
	},

	async writeArchive(id, folder, archive, signal) {
		signal?.throwIfAborted();
		const task = `write ${folder} of container ${id}`;
		const container = requireContainer(world, id, task);
		if (filesAt(world, container, folder).isReadOnly) fail(task, 'mounted volume is marked read-only', 403);
		const {extract} = await import('tar-stream');
		const entries = extract();
		entries.end(await collect(archive));
		for await (const entry of entries) {
			const content = await collect(entry as AsyncIterable<Buffer>);
			const {name, type} = entry.header;
			const at = filesAt(world, container, posix.join('/', folder, name));
			if (type === 'file') at.files.set(at.name, content);
		}
	},
});
