import type {FileBytes} from '../descriptor/yaml/bytes.ts';
import type {ReadFile} from './files.ts';

/** What an import needs to know. */
export type ImportRequest = {
	/** Name of the file, for messages. */
	readonly file: string;
	readonly bytes: FileBytes;
	/**
	 * Files that are merged over it, in order, each relative to its folder. Undefined: what Compose merges over a file of this name
	 * without being asked.
	 */
	readonly over?: readonly string[];
	readonly read: ReadFile;
	/** Name of the folder, from which the project gets its name when nothing else gives one. */
	readonly folderName: string;
	/** Name of the project, when the user chose one. */
	readonly name?: string;
	/** Profiles of Compose whose services are imported too. */
	readonly profiles: readonly string[];
	/** Folders between the file and the root of its repository: how far its paths may climb. */
	readonly ascent: number;
};
