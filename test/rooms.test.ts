import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {readSources} from './imports.ts';
import {levels} from './rooms.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const fromTheTop = levels.toReversed();

test('source/ has the rooms of the list, and no other', () => {
	const folders = readdirSync(join(root, 'source'), {withFileTypes: true}).filter(entry => entry.isDirectory());
	expect(folders.map(({name}) => name).sort()).toEqual(levels.flat().sort());
});

test('docs/architecture.md lists the rooms by level, from the top', () => {
	const [, section = ''] = /^## Rooms\n(.*?)^## /ms.exec(read('docs/architecture.md')) ?? [];
	const rows = section.split('\n').filter(line => line.startsWith('| `'));
	const listed = rows.map(row => [...row.split('|')[1]!.matchAll(/`([\w-]+)`/g)].map(([, name]) => name));
	expect(listed.map(names => names.toSorted())).toEqual(fromTheTop.map(names => names.toSorted()));
});

test('CONTRIBUTING.md lists the rooms in an order that imports follow', () => {
	const listed = [...read('CONTRIBUTING.md').matchAll(/^ {4}source\/([\w-]+)\//gm)].map(([, name]) => name!);
	const levelOf = (room: string) => fromTheTop.findIndex(names => names.includes(room));
	expect(listed.toSorted()).toEqual(levels.flat().sort());
	expect(listed.map(levelOf)).toEqual(listed.map(levelOf).sort((a, b) => a - b));
});

const sectionFiles = (title: string): string[] => {
	const [, section = ''] = new RegExp(`^## ${title}\n(.*?)^## `, 'ms').exec(read('docs/architecture.md')) ?? [];
	return [...section.matchAll(/`((?:source\/[\w/.-]+|cli)\.tsx?)`/g)].map(([, path]) => path!);
};

const definitions = 'source/commands/definitions/';

test('the path of an apply is at most 14 files, each imported by one before it', () => {
	const path = sectionFiles('The path of an apply').slice(0, 14);
	expect(path[0]).toBe('cli.tsx');
	expect(path.at(-1)).toBe('source/engine/docker-containers.ts');
	const sources = new Map(readSources().map(source => [source.path, source.imports.map(({target}) => target)]));
	// A definition is data: what runs a command line finds the entry through it.
	const entries = [...sources].flatMap(([from, targets]) => (from.startsWith(definitions) ? targets : []));
	const callees = (file: string) => {
		const targets = sources.get(file) ?? [];
		return targets.includes(`${definitions}load.ts`) ? [...targets, ...entries] : targets;
	};
	for (const [index, file] of path.entries()) {
		if (index === 0 || index === path.length - 1) continue;
		const before = path.slice(0, index);
		expect(
			before.some(importer => callees(importer).includes(file)),
			`${file} is called from the path`,
		).toBe(true);
	}
});

test('every file that docs/architecture.md names is there', () => {
	const named = [...read('docs/architecture.md').matchAll(/`((?:source|test|scripts)\/[\w/.-]+\.tsx?)`/g)];
	const gone = named.map(([, path]) => path!).filter(path => !existsSync(join(root, path)));
	expect(gone).toEqual([]);
});
