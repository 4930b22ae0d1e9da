import {type FSWatcher, lstatSync, watch} from 'node:fs';
import {basename, join} from 'node:path';
import type {SourceFolders} from '../build/source-folders.ts';
import {UserError} from '../errors.ts';

/** What an editor writes beside the file that it edits. A build would read it, but nobody means it to be deployed. */
const editorTrace = /^(?:4913|\.#.*|#.*#|.*~|\..*\.sw[a-z]|.*___jb_(?:tmp|old)___)$/;

type Watch = typeof watch;

type Options = {
	/** Called with the absolute path of what was written, made, renamed or removed. */
	readonly onChange: (path: string) => void;
	/** Default: the system's. */
	readonly watch?: Watch;
};

type Watched = {readonly identity: string; readonly watcher: FSWatcher};

/** Tells a folder from one that was made later at the same place, which may get the same inode. */
const identityOf = (folder: string): string | undefined => {
	try {
		const {ino, birthtimeMs} = lstatSync(folder);
		return `${ino} ${birthtimeMs}`;
	} catch {
		return undefined;
	}
};

const limitError = (code: string, count: number): UserError =>
	code === 'ENOSPC'
		? new UserError(`This system watches no more folders: ${count} are needed, and its limit is reached (ENOSPC).`, {
				hint: 'Raise the limit: sudo sysctl fs.inotify.max_user_watches=524288, or leave folders out with .gitignore',
			})
		: new UserError(`This process may open no more files (${code}), and cannot watch ${count} folders.`, {
				hint: 'Raise the limit, and start again: ulimit -n 65536',
			});

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException | undefined)?.code);

/**
 * Watches folders, each for itself. On Linux that takes one watch for each folder; the recursive watch of Node and chokidar take
 * one for each file, of ignored folders too.
 */
export function createWatcher({onChange, watch: watchFolder = watch}: Options) {
	let wanted: SourceFolders = new Map();
	const watched = new Map<string, Watched>();

	const forget = (folder: string) => {
		watched.get(folder)?.watcher.close();
		watched.delete(folder);
	};
	const begin = (folder: string, identity: string) => {
		const watcher = watchFolder(folder, (_, name) => {
			// The system names a folder itself when it is removed or renamed: whatever is there next is another one.
			const isItself = name === basename(folder);
			if (isItself) forget(folder);
			if (name === null || isItself) onChange(folder);
			else if (!editorTrace.test(name) && wanted.get(folder)?.(name)) onChange(join(folder, name));
		});
		watcher.on('error', () => {
			forget(folder);
			onChange(folder);
		});
		watched.set(folder, {identity, watcher});
	};

	return {
		/**
		 * Watches these folders, and no others. A folder that was removed and created again is watched again.
		 * @returns whether one is watched that was not before: what was written in it until then went unseen
		 * @throws UserError when the system's limit is reached
		 */
		update(folders: SourceFolders): boolean {
			wanted = folders;
			let hasNew = false;
			for (const folder of watched.keys()) if (!folders.has(folder)) forget(folder);
			for (const folder of folders.keys()) {
				const identity = identityOf(folder);
				if (watched.get(folder)?.identity === identity) continue;
				forget(folder);
				if (identity === undefined) continue;
				try {
					begin(folder, identity);
					hasNew = true;
				} catch (error) {
					const code = codeOf(error);
					if (['ENOSPC', 'EMFILE', 'ENFILE'].includes(code)) throw limitError(code, folders.size);
					// It is gone again; the folder above reports that.
				}
			}
			return hasNew;
		},
		count: () => watched.size,
		close() {
			for (const folder of [...watched.keys()]) forget(folder);
		},
	};
}

export type Watcher = ReturnType<typeof createWatcher>;
