import type {ContainerFile} from './engine.ts';
import {tarEnd, tarHeader, tarPadding} from './tar.ts';

/** Packs a tar archive to unpack at the root of a container. The engine creates missing directories. */
export function packFiles(files: readonly ContainerFile[]): Buffer {
	const blocks = files.flatMap(({path, content, target, mode = 0o644, uid = 0, gid = 0}) => {
		const entry = {name: path.replace(/^\/+/, ''), mode, uid, gid};
		if (target !== undefined) return [tarHeader({...entry, type: 'link', target})];
		const bytes = Buffer.from(content);
		return [tarHeader({...entry, type: 'file', size: bytes.length}), bytes, tarPadding(bytes.length)];
	});
	return Buffer.concat([...blocks, tarEnd()]);
}
