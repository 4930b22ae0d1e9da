import {posix} from 'node:path';
import {isMap, mapOf, type Raw} from '../../descriptor/rules/raw.ts';
import type {YamlSource} from '../../descriptor/yaml/source.ts';
import {type Cursor, cursorAt, type Origin} from '../cursor.ts';
import {refusal} from '../document.ts';
import {isRelative, joined} from '../files.ts';
import type {Lookup} from '../interpolate.ts';
import {readDotEnv} from './dot-env.ts';
import {extendService} from './extend.ts';
import {type Loading, openDocument} from './loading.ts';
import {mergeMap} from './merge.ts';
import {rebaseFile, rebaseService} from './rebase.ts';

/** Sections whose entries have a name, beside the services. */
const sections = ['volumes', 'networks', 'secrets', 'configs'] as const;

/** A service of a project, with all that it extends. */
export type LoadedService = {readonly name: string; readonly tree: Raw; readonly origin: Origin};

/** A Compose project: the file with what it includes. */
export type LoadedProject = {
	readonly origin: Origin;
	readonly services: readonly LoadedService[];
	/** The whole project as one file would have it. */
	readonly tree: Raw;
};

const mapAt = (tree: Raw, key: string, source: YamlSource): Raw => {
	const value = tree[key] ?? {};
	if (!isMap(value)) throw refusal(source, [key], 'must be a map of names');
	for (const [name, entry] of Object.entries(value as Raw))
		if (key === 'services' && !isMap(entry)) throw refusal(source, [key, name], 'must be a map');
	return value as Raw;
};

const isKnownAtTop = (key: string): boolean =>
	['services', 'include', 'name', 'version', ...sections].includes(key) || key.startsWith('x-');

type Included = {readonly files: readonly Cursor[]; readonly folder?: string; readonly envFile?: string};

function readInclude(item: Cursor): Included {
	if (!isMap(item.value)) return {files: [item]};
	const path = item.get('path');
	if (!path) return item.refuse('needs a path');
	return {
		files: Array.isArray(path.value) ? path.items() : [path],
		folder: item.get('project_directory')?.text(),
		envFile: item.get('env_file')?.text(),
	};
}

const over = (own: Lookup, values: ReadonlyMap<string, string> | undefined): Lookup =>
	values ? name => own(name) ?? values.get(name) : own;

/**
 * Loads a Compose file with what it includes and extends.
 * @throws DescriptorError with the place of a cycle, or of a file that is missing, outside the folder or unreadable
 */
export function loadProject(
	loading: Loading,
	source: YamlSource,
	lookup: Lookup,
	folder = posix.dirname(source.file),
	chain: readonly string[] = [source.file],
): LoadedProject {
	const {account, read} = loading;
	const origin: Origin = {source, lookup, folder};
	if (!isMap(source.value)) throw refusal(source, [], 'must be a map with services');
	const root = mapOf(source.value);
	let services: LoadedService[] = Object.entries(mapAt(root, 'services', source)).map(([name]) => ({
		name,
		origin,
		tree: rebaseService(extendService(loading, {origin, file: source.file}, name), folder),
	}));
	const named: Record<string, Raw> = Object.fromEntries(
		sections.map(section => [
			section,
			Object.fromEntries(
				Object.entries(mapAt(root, section, source)).map(([name, entry]) => [name, rebaseFile(entry, folder)]),
			),
		]),
	);

	const include = cursorAt(root['include'] ?? null, ['include'], origin, account);
	for (const item of Array.isArray(include.value) ? include.items() : []) {
		const {files, folder: given, envFile} = readInclude(item);
		for (const file of files) {
			const path = file.text() ?? '';
			if (!isRelative(path)) {
				file.refuse('must be a file beside this one: import the other one on its own');
				continue;
			}
			const target = joined(folder, path);
			if (chain.includes(target)) file.refuse(`includes ${target}, which includes this file`);
			const base = given === undefined ? posix.dirname(target) : joined(folder, given);
			const document = openDocument(loading, target, file);
			const values = readDotEnv(
				envFile === undefined ? posix.join(base, '.env') : joined(folder, envFile),
				read,
				lookup,
			);
			const loaded = loadProject(loading, document, over(lookup, values), base, [...chain, target]);
			const unread = Object.keys(mapOf(document.value)).filter(key => !isKnownAtTop(key));
			if (unread.length > 0) item.note('missing', `names ${target}, whose ${unread.join(', ')} is not supported here`);
			// What this file says goes before what it includes.
			services = [
				...services.map(own => {
					const other = loaded.services.find(({name}) => name === own.name);
					return other ? {...own, tree: mergeMap(own.tree, other.tree)} : own;
				}),
				...loaded.services.filter(({name}) => !services.some(own => own.name === name)),
			];
			for (const section of sections) named[section] = {...mapOf(loaded.tree[section]), ...named[section]};
		}
		item.carry();
	}

	const trees = Object.fromEntries(services.map(({name, tree}) => [name, tree]));
	const present = Object.fromEntries(
		sections.flatMap(key => (Object.keys(named[key]!).length > 0 || key in root ? [[key, named[key]]] : [])),
	);
	return {
		origin,
		services,
		tree: {...root, ...('services' in root || services.length > 0 ? {services: trees} : {}), ...present},
	};
}
