import {createHash} from 'node:crypto';
import type {BuildTree, TreeEntry} from '../engine/engine.ts';
import {readContent, type WrittenFiles} from './archive.ts';
import type {HashedContext} from './content-hash.ts';
import {sourceFolder} from './dockerfile-place.ts';

function writtenEntry(path: string, text: string): TreeEntry {
	const content = Buffer.from(text);
	const hash = createHash('sha256').update(content).digest('hex');
	const read = async function* () {
		yield content;
	};
	return {type: 'file', path, mode: 0o644, size: content.length, hash, read};
}

/**
 * A context with the entries that `packContext` would pack.
 * @param key the same for builds of one service
 */
export function treeOf({entries}: Pick<HashedContext, 'entries'>, key: string, written?: WrittenFiles): BuildTree {
	const folder = written ? `${sourceFolder}/` : '';
	const generated = Object.entries(written ?? {}).map(([path, text]) => writtenEntry(path, text));
	const root: TreeEntry[] = written ? [{type: 'directory', path: sourceFolder, mode: 0o755}] : [];
	const sources = entries.map((entry): TreeEntry => {
		const {mode} = entry;
		const path = `${folder}${entry.path}`;
		if (entry.type === 'directory') return {type: 'directory', path, mode};
		if (entry.type === 'link') return {type: 'link', path, mode, target: entry.target};
		const {size, hash} = entry;
		return {type: 'file', path, mode, size, hash, read: () => readContent(entry)};
	});
	return {key, entries: [...generated, ...root, ...sources]};
}
