import {createHash} from 'node:crypto';
import type {FileBytes} from './yaml/bytes.ts';

/** The two files as read from disk. */
export type DescriptorFiles = {readonly descriptor: FileBytes; readonly routes: FileBytes};

/** SHA-256 (hex) of both files and their lengths, so that bytes cannot move from one file to the other unnoticed. */
export const hashFiles = (files: DescriptorFiles): string => {
	const hash = createHash('sha256');
	for (const read of [files.descriptor, files.routes])
		if (read.kind === 'bytes') hash.update(`${read.bytes.length}:`).update(read.bytes);
	return hash.digest('hex');
};
