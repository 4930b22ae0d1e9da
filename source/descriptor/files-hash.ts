import {createHash} from 'node:crypto';
import type {FileBytes} from './yaml/bytes.ts';

/** The two files as they were found on disk. */
export type DescriptorFiles = {readonly descriptor: FileBytes; readonly routes: FileBytes};

/** SHA-256 over both, hex. Lengths go in too: bytes must not be able to move from one file to the other unseen. */
export const hashFiles = (files: DescriptorFiles): string => {
	const hash = createHash('sha256');
	for (const read of [files.descriptor, files.routes])
		if (read.kind === 'bytes') hash.update(`${read.bytes.length}:`).update(read.bytes);
	return hash.digest('hex');
};
