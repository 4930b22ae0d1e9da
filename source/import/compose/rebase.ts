import {isMap, listOf, mapOf, type Raw} from '../../descriptor/rules/raw.ts';
import {joined} from '../files.ts';

type Change = (path: string) => string;

const changeText = (value: unknown, change: Change): unknown => (typeof value === 'string' ? change(value) : value);

const changeKey = (map: Raw, key: string, change: (value: unknown) => unknown): Raw =>
	Object.hasOwn(map, key) ? {...map, [key]: change(map[key])} : map;

const changeBuild = (build: unknown, change: Change): unknown =>
	isMap(build) ? changeKey(mapOf(build), 'context', context => changeText(context, change)) : changeText(build, change);

const changeVolume = (volume: unknown, change: Change): unknown => {
	// A named volume has no slash at its start, and no dot.
	if (typeof volume === 'string') return volume.replace(/^\.{1,2}(?=\/|:)[^:]*/, change);
	return mapOf(volume)['type'] === 'bind'
		? changeKey(mapOf(volume), 'source', source => changeText(source, change))
		: volume;
};

const changeEnvFile = (entry: unknown, change: Change): unknown =>
	isMap(entry) ? changeKey(mapOf(entry), 'path', path => changeText(path, change)) : changeText(entry, change);

/** A service of a file in another folder, with its paths relative to the importing one. */
export function rebaseService(service: Raw, folder: string): Raw {
	if (folder === '.') return service;
	const change: Change = path => {
		const moved = joined(folder, path);
		return moved === path || moved.startsWith('.') ? moved : `./${moved}`;
	};
	const each = (entry: (value: unknown) => unknown) => (value: unknown) =>
		Array.isArray(value) ? value.map(entry) : entry(value);
	let moved = changeKey(service, 'build', build => changeBuild(build, change));
	moved = changeKey(
		moved,
		'env_file',
		each(entry => changeEnvFile(entry, change)),
	);
	return changeKey(moved, 'volumes', volumes => listOf(volumes).map(volume => changeVolume(volume, change)));
}

/** A secret or config of a file in another folder. */
export const rebaseFile = (entry: unknown, folder: string): unknown =>
	isMap(entry) && folder !== '.'
		? changeKey(mapOf(entry), 'file', file => changeText(file, path => joined(folder, path)))
		: entry;
