import {posix} from 'node:path';
import {entryOf, isMap, mapOf, type Raw} from '../../descriptor/rules/raw.ts';
import {type Cursor, cursorAt, type Origin} from '../cursor.ts';
import {isRelative, joined} from '../files.ts';
import {type Loading, openDocument} from './loading.ts';
import {mergeMap} from './merge.ts';
import {rebaseService} from './rebase.ts';

type FilePlace = {readonly origin: Origin; readonly file: string};

/** The service that `extends` names, and the place of its file. */
function findBase(loading: Loading, {origin, file}: FilePlace, extending: Cursor): FilePlace & {readonly name: string} {
	if (!isMap(extending.value)) return {origin, file, name: extending.text() ?? ''};
	const name = extending.get('service')?.text();
	if (name === undefined) return extending.refuse('needs the name of a service');
	const given = extending.get('file');
	if (!given) return {origin, file, name};
	const path = given.text() ?? '';
	if (!isRelative(path)) return given.refuse('must be a file beside this one');
	const target = joined(posix.dirname(file), path);
	const source = openDocument(loading, target, given);
	return {origin: {...origin, source, folder: posix.dirname(target)}, file: target, name};
}

/**
 * A service of a file, with what it extends merged in. Its paths are relative to that file.
 * @throws DescriptorError with the place of a cycle, or of a service that does not exist
 */
export function extendService(
	loading: Loading,
	place: FilePlace,
	name: string,
	chain: readonly string[] = [],
	from?: Cursor,
): Raw {
	const {origin, file} = place;
	const services = mapOf(mapOf(origin.source.value)['services']);
	const written = entryOf(services, name);
	if (!isMap(written)) {
		from?.refuse(`extends the service "${name}", which ${file} does not have`);
		return {};
	}
	const own = mapOf(written);
	if (own['extends'] === undefined || own['extends'] === null) return own;
	const extending = cursorAt(own['extends'], ['services', name, 'extends'], origin, loading.account);
	const link = `${file}\0${name}`;
	if (chain.includes(link)) return extending.refuse(`extends "${name}", which extends this service`);
	const base = findBase(loading, place, extending);
	const inherited = extendService(loading, base, base.name, [...chain, link], extending);
	extending.carry();
	const folder = posix.relative(posix.dirname(file), posix.dirname(base.file)) || '.';
	const {extends: _further, ...rest} = inherited;
	return mergeMap(own, rebaseService(rest, folder));
}
