import {expect, it} from 'vitest';
import {growthOf} from '../growth.ts';
import {problemsOf, web} from './support.ts';

const minimal = 'name: app\nservices: {web: .}\n';

/** The first problem as `line:column message`. */
const first = (text: string | Uint8Array): string => {
	const [problem] = problemsOf(text);
	return `${problem!.line}:${problem!.column} ${problem!.message}`;
};

const parsing = (text: string) => `Failed to parse compartment.yml: ${text}`;
const tooDeep = parsing('must not nest deeper than 64 levels');

it.each([
	['flow lists', `a: ${'['.repeat(64)}${']'.repeat(64)}\n`],
	['100,000 flow lists', '['.repeat(100_000)],
	['100,000 flow maps', '{a: '.repeat(100_000)],
	['100,000 block lists', `${'- '.repeat(100_000)}x`],
	['explicit keys', '? '.repeat(50_000)],
	['block maps', Array.from({length: 65}, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
])('65 levels of nesting and more are refused: %s', (_, text) => {
	expect(first(text)).toContain(tooDeep);
});

it('64 levels of nesting are accepted, and problems inside are reported', () => {
	const [problem] = problemsOf(`${minimal}x: ${'['.repeat(63)}${']'.repeat(63)}\n`);
	expect(problem!.message).toBe('unknown key "x"');
});

it('a process survives many deep files', () => {
	for (let round = 0; round < 20; round++) expect(first('['.repeat(5000))).toContain(tooDeep);
});

it.each([
	['__proto__', '2:3 the key "__proto__" is not allowed'],
	['constructor', '2:3 the key "constructor" is not allowed'],
	['prototype', '2:3 the key "prototype" is not allowed'],
])('the key %s is refused', (key, says) => {
	const [place, ...message] = says.split(' ');
	expect(first(`services:\n  ${key}: {path: .}\n`)).toBe(`${place} ${parsing(message.join(' '))}`);
	expect(first(`services:\n  "${key}": {path: .}\n`)).toBe(`${place} ${parsing(message.join(' '))}`);
	expect(Object.prototype).not.toHaveProperty('path');
});

it.each([
	['name: app\nname: bee\n', '2:1', 'Map keys must be unique, but "name" is written twice'],
	['services: {web: a, web: b}\n', '1:20', 'Map keys must be unique, but "web" is written twice'],
	[`${minimal}---\nname: two\n`, '3:1', 'must be one YAML document, but a second one starts here'],
	[`${minimal}---\n`, '3:1', 'must be one YAML document, but a second one starts here'],
	['%YAML 1.1\n---\nname: app\n', '1:1', 'must not use YAML directives (lines that start with %)'],
	['name: !secret app\n', '1:7', 'Unresolved tag: !secret'],
	['name: !!binary aGk=\n', '1:7', 'Unresolved tag: tag:yaml.org,2002:binary'],
	['services:\n  web: &a {path: .}\n  api: {<<: *a}\n', '3:9', 'merge keys (<<) are not supported; write the keys out'],
	['name: *app\n', '1:7', 'the alias *app has no anchor before it'],
	['services: &s {web: *s}\n', '1:20', 'the alias *s is inside its own anchor'],
	['name: "a\\0b"\n', '1:7', 'must not contain a NUL character'],
	['name: "\\ud800"\n', '1:7', 'must be well-formed Unicode'],
	['name: a\0b\n', '1:8', 'the control character U+0000 is not allowed'],
	['name: \u001b[2Jb\n', '1:7', 'the control character U+001B is not allowed'],
	['? [a]\n: b\n', '1:3', 'With stringKeys, all keys must be strings'],
	['name: app\nservices:\n\tweb: .\n', '3:1', 'Tabs are not allowed as indentation'],
	['name: [a\n', '2:1', 'Flow sequence in block collection must be sufficiently indented and end with a ]'],
])('the YAML %j is refused', (text, place, message) => {
	expect(first(text)).toBe(`${place} ${parsing(message)}`);
});

it('aliases that expand to too many values are refused', () => {
	const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
	for (let level = 1; level <= 9; level++)
		lines.push(`a${level}: &a${level} [${Array.from({length: 9}, () => `*a${level - 1}`).join(', ')}]`);
	expect(first(lines.join('\n'))).toContain('aliases expand to more than 1000 values');
});

it('an alias is accepted, and its problems are placed at its anchor', () => {
	const text = 'name: app\nservices:\n  web: &s\n    path: .\n    port: 0\n  api: *s\n';
	expect(problemsOf(text).map(({line, column, path}) => [line, column, path])).toEqual([
		[5, 11, 'services.api.port'],
		[5, 11, 'services.web.port'],
	]);
});

it('bytes that are not UTF-8 are refused', () => {
	expect(first(new Uint8Array([0x6e, 0xff, 0xfe]))).toBe('1:1 must be UTF-8 text');
});

it('the work for a megabyte of keys grows linearly', () => {
	const keysOf = (count: number) => Array.from({length: count}, (_, index) => `key${index}: ${index}\n`).join('');
	const texts = {1: keysOf(3000), 20: keysOf(60_000)};
	expect(problemsOf(texts[20]).length).toBe(60_002);
	expect(growthOf(scale => void problemsOf(texts[scale]))).toBeLessThan(100);
});

it.each([
	['LF', '\n'],
	['CRLF', '\r\n'],
])('lines and columns are counted with %s', (_, end) => {
	const text = ['name: app', 'services:', '  web:', '    path: .', '    port: 70000', ''].join(end);
	expect(problemsOf(text)).toEqual([
		{
			file: 'compartment.yml',
			line: 5,
			column: 11,
			length: 5,
			path: 'services.web.port',
			message: 'must be at most 65535 (it is 70000)',
		},
	]);
});

it('columns do not count a byte order mark', () => {
	expect(problemsOf('\ufeffnam: app\nservices: {web: .}\n')[0]).toMatchObject({line: 1, column: 1, path: 'nam'});
});

it('a key is marked when its value is a block or missing', () => {
	const [missing] = problemsOf(web('{}'));
	expect(missing).toMatchObject({line: 3, column: 3, length: 3});
	const [block] = problemsOf('name: app\nservices:\n  web:\n    - a\n    - b\n');
	expect(block).toMatchObject({line: 3, column: 3, length: 3, message: 'must be a string or a map (it is a list)'});
});
