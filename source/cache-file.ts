import {randomBytes} from 'node:crypto';
import {chmodSync, mkdirSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';

/**
 * Replaces a file in one step; only its user can read it (0600, new folders 0700). It is not synced to disk: for caches,
 * which may be lost. `source/state/private-file.ts` writes what must survive a crash.
 */
export function replaceCacheFile(path: string, content: string): void {
	mkdirSync(dirname(path), {recursive: true, mode: 0o700});
	const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
	try {
		writeFileSync(temporary, content, {mode: 0o600, flag: 'wx'});
		// A umask may have taken the right to write.
		chmodSync(temporary, 0o600);
		renameSync(temporary, path);
	} catch (error) {
		rmSync(temporary, {force: true});
		throw error;
	}
}
