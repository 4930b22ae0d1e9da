import {mkdir, open, symlink} from 'node:fs/promises';
import path from 'node:path';
import {readVerified} from '../archive.ts';
import type {HashedContext} from '../content-hash.ts';

/**
 * Writes a context into a new folder, so that a tool sees only files that are not ignored. Throws a UserError if a file no
 * longer matches its hash.
 */
export async function unpackContext(context: Pick<HashedContext, 'entries'>, folder: string): Promise<void> {
	await mkdir(folder);
	for (const entry of context.entries) {
		const target = path.join(folder, ...entry.path.split('/'));
		if (entry.type === 'directory') await mkdir(target);
		else if (entry.type === 'link') await symlink(entry.target, target);
		else {
			const handle = await open(target, 'wx', entry.mode);
			try {
				for await (const piece of readVerified(entry)) await handle.writeFile(piece);
			} finally {
				await handle.close();
			}
		}
	}
}
