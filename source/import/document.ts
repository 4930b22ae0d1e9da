import {DescriptorError, type Path, type Problem} from '../descriptor/problem.ts';
import {isMap, type Raw} from '../descriptor/rules/raw.ts';
import type {FileBytes} from '../descriptor/yaml/bytes.ts';
import {parseYaml, type YamlSource} from '../descriptor/yaml/source.ts';
import {holdsCredentials, isSensitiveName} from './sensitive.ts';

/** Values that a file may expand to. Real files have some thousands. */
const maximumValues = 50_000;

/** An error whose message shows the lines in question, unless one of them may hold a secret. */
function asError(problems: readonly Problem[], file: string, text: string): DescriptorError {
	const lines = text.split('\n');
	const mayShow = problems.every(({line}) => {
		const shown = lines[line - 1] ?? '';
		return !holdsCredentials(shown) && !(shown.match(/\w+/g) ?? []).some(isSensitiveName);
	});
	return new DescriptorError(problems, mayShow ? {[file]: text} : {});
}

/** The error for a place in a file. */
export const refusal = (source: YamlSource, path: Path, message: string): DescriptorError =>
	asError([source.locate({path, message})], source.file, source.text);

/** The error for a file without a place in it. */
export const fileRefusal = (file: string, message: string): DescriptorError =>
	new DescriptorError([{file, line: 1, column: 1, length: 0, path: '', message}], {});

/**
 * Resolves merge keys (`<<`): keys that are written win, then earlier maps. What an alias repeats stays one object, so the work is
 * proportional to the file and not to what it expands to.
 */
function mergeKeys(source: YamlSource): unknown {
	const done = new Map<object, {readonly value: unknown; readonly size: number}>();
	const whole = (): never => {
		throw refusal(source, [], `expands to more than ${maximumValues} values`);
	};

	const resolve = (value: unknown, path: Path): {readonly value: unknown; readonly size: number} => {
		if (typeof value !== 'object' || value === null) return {value, size: 1};
		const known = done.get(value);
		if (known) return known;
		const result = Array.isArray(value) ? resolveList(value, path) : resolveMap(value as Raw, path);
		if (result.size > maximumValues) whole();
		done.set(value, result);
		return result;
	};

	const resolveList = (list: readonly unknown[], path: Path) => {
		let size = 1;
		const value = list.map((item, index) => {
			const resolved = resolve(item, [...path, index]);
			size += resolved.size;
			return resolved.value;
		});
		return {value, size};
	};

	const resolveMap = (map: Raw, path: Path) => {
		const merged: Record<string, unknown> = {};
		let size = 1;
		const add = (key: string, child: unknown, at: Path): void => {
			const resolved = resolve(child, at);
			size += resolved.size;
			merged[key] = resolved.value;
		};
		for (const [key, child] of Object.entries(map)) if (key !== '<<') add(key, child, [...path, key]);
		if (!Object.hasOwn(map, '<<')) return {value: merged, size};
		const given = map['<<'];
		for (const part of Array.isArray(given) ? given : [given]) {
			if (!isMap(part)) throw refusal(source, [...path, '<<'], 'a merge key needs a map, or a list of maps');
			const {value} = resolve(part, [...path, '<<']);
			for (const [key, child] of Object.entries(value as Raw))
				if (!Object.hasOwn(merged, key)) add(key, child, [...path, '<<', key]);
		}
		return {value: merged, size};
	};

	return resolve(source.value, []).value;
}

/** A parsed file, with its merge keys resolved. @throws DescriptorError with the place of what is wrong */
export function parseDocument(file: string, read: FileBytes): YamlSource {
	if (read.kind === 'missing') throw fileRefusal(file, 'was not found');
	if (read.kind === 'refused') throw fileRefusal(file, read.message);
	const parsed = parseYaml(file, read.bytes, {allowsMerge: true});
	if (parsed.kind === 'problems') throw asError(parsed.problems, file, parsed.text);
	return {...parsed.source, value: mergeKeys(parsed.source)};
}
