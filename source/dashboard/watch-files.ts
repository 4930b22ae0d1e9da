import {type FSWatcher, watch} from 'node:fs';

const gatherMs = 150;

type Watched = {
	readonly folders: () => readonly string[];
	/** Whether a file or folder in them, by its name, is watched. */
	readonly isWatched: (name: string) => boolean;
	readonly onChange: () => void;
	/** Called when a folder is watched that was not before: what was written in it until then went unseen. */
	readonly onNewFolder?: () => void;
};

/**
 * Calls `onChange` when one of these files is written in one of the folders. The folders are listed again after each change,
 * because one may be new. Where the system cannot watch files, `onChange` is never called.
 */
export function watchFiles({folders, isWatched, onChange, onNewFolder}: Watched): () => void {
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
					if (name === null || isWatched(name)) gather();
				});
				watcher.on('error', () => {
					watcher.close();
					watchers.delete(folder);
				});
				watchers.set(folder, watcher);
				onNewFolder?.();
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
