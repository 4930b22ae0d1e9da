import {importCompose} from './compose/compose.ts';
import {importCynchro, isCynchro} from './cynchro/app.ts';
import {fileRefusal, parseDocument} from './document.ts';
import type {ImportRequest} from './request.ts';
import type {Imported} from './result.ts';

/**
 * Translates a Compose file or a Cynchro app, as YAML or JSON. Reads other files only through `read`, and writes nothing.
 * @throws DescriptorError with file, line and column of what cannot be imported
 */
export function importFile(request: ImportRequest): Imported {
	const source = parseDocument(request.file, request.bytes);
	if (!isCynchro(source)) return importCompose(source, request);
	if (request.over?.length) throw fileRefusal(request.file, 'is a Cynchro app, which is one file');
	return importCynchro(source, request);
}
