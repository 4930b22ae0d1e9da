import {basename, dirname, join, posix} from 'node:path';
import {readBytes} from '../../source/descriptor/yaml/bytes.ts';
import type {ReadFile} from '../../source/import/files.ts';
import {importFile} from '../../source/import/import-file.ts';
import type {ImportRequest} from '../../source/import/request.ts';
import type {Imported} from '../../source/import/result.ts';

const request = (file: string, read: ReadFile, more: Partial<ImportRequest>): ImportRequest => ({
	...{file, read, bytes: read(file), folderName: 'app', profiles: [], ascent: 8},
	...more,
});

/** Imports a file of this machine with what is beside it. */
export const importAt = (path: string, more: Partial<ImportRequest> = {}): Imported =>
	importFile(
		request(basename(path), other => readBytes(join(dirname(path), other)), {
			folderName: basename(dirname(path)),
			...more,
		}),
	);

/** Imports `compose.yaml` from files in memory. */
export function importText(
	text: string,
	files: Readonly<Record<string, string>> = {},
	more: Partial<ImportRequest> = {},
): Imported {
	const all: Readonly<Record<string, string>> = {'compose.yaml': text, ...files};
	const read: ReadFile = path => {
		const name = posix.normalize(path);
		if (name.startsWith('..')) return {kind: 'refused', message: 'is outside of this folder and its repository'};
		const content = all[name];
		return content === undefined ? {kind: 'missing'} : {kind: 'bytes', bytes: new TextEncoder().encode(content)};
	};
	return importFile(request('compose.yaml', read, more));
}

/** The message of what an import throws. */
export function refusalOf(...given: Parameters<typeof importText>): string {
	try {
		importText(...given);
	} catch (error) {
		return (error as Error).message;
	}
	throw new Error('it was imported');
}

export const fixtures = [
	'shop/compose.yaml',
	'blog/docker-compose.yml',
	'tools/compose.yml',
	'queue/compose.json',
	'stack/app.json',
];

export const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name);
