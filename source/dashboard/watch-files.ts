import {type FSWatcher, watch} from 'node:fs';
import {descriptorFile, routesFile} from '../descriptor/names.ts';

const gatherMs = 150;
const watchedNames: readonly string[] = [descriptorFile, routesFile, 'state.json'];

/**
 * Calls `onChange` when one of our files in these folders is written. The folders are listed again after each change,
 * because an environment may be new. Where the system cannot watch files, `onChange` is never called.
 */
export function watchFiles(folders: () => readonly string[], onChange: () => void): () => void {
	const watchers = new Map<string, FSWatcher>();
	let gathering: NodeJS.Timeout | undefined;
	let isStopped = false;
	const gather = () => {
		gathering ??= setTimeout(() => {
			gathering = undefined;
			onChange();
			// By then the change was read, and a new folder is known.
			setTimeout(watchAll, 1000).unref();
		}, gatherMs);
	};
	const watchAll = () => {
		if (isStopped) return;
		for (const folder of folders()) {
			if (watchers.has(folder)) continue;
			try {
				const watcher = watch(folder, (_, name) => {
					if (name === null || watchedNames.includes(name)) gather();
				});
				watcher.on('error', () => {
					watcher.close();
					watchers.delete(folder);
				});
				watchers.set(folder, watcher);
			} catch {
				// The folder does not exist yet, or this system cannot watch it.
			}
		}
	};
	watchAll();
	// The folders are known after the first read.
	const later = setTimeout(watchAll, 1000);
	return () => {
		isStopped = true;
		clearTimeout(later);
		clearTimeout(gathering);
		for (const watcher of watchers.values()) watcher.close();
	};
}
