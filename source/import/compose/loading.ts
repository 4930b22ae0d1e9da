import type {YamlSource} from '../../descriptor/yaml/source.ts';
import type {Account} from '../account.ts';
import type {Cursor} from '../cursor.ts';
import {parseDocument} from '../document.ts';
import type {ReadFile} from '../files.ts';

/** What the files of one project are read with. */
export type Loading = {
	readonly read: ReadFile;
	readonly account: Account;
	/** Documents by their path, each parsed once. */
	readonly documents: Map<string, YamlSource>;
};

/** A real project has a handful. */
const maximumFiles = 50;

/** The document of a file that another one names. Refused at the place of that name. */
export function openDocument({read, documents}: Loading, file: string, from: Cursor): YamlSource {
	const known = documents.get(file);
	if (known) return known;
	if (documents.size >= maximumFiles) return from.refuse(`needs more than ${maximumFiles} files`);
	const found = read(file);
	if (found.kind === 'missing') return from.refuse(`names ${file}, which was not found`);
	if (found.kind === 'refused') return from.refuse(`names ${file}, which ${found.message}`);
	const document = parseDocument(file, found);
	documents.set(file, document);
	return document;
}
